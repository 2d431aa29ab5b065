import { startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'
import { createEnvironment, joinCluster } from './cluster.ts'
import { IMAGES } from './workload-folder.ts'

/** A cluster where containers run, and an environment file of it. */
export type WorkloadPlace = Pick<TestPlatform, 'directory' | 'environment' | 'close'>

/** The whole platform; or the real cluster of JOURNEYS_KUBECONFIG, so that one journey shows what holds for both. */
export async function startWorkloadPlace(): Promise<WorkloadPlace> {
  const kubeconfig = process.env['JOURNEYS_KUBECONFIG']
  if (kubeconfig === undefined) {
    return startTestPlatform((declaration) => ({
      ...declaration,
      images: { ...declaration.images, ...IMAGES },
    }))
  }
  const cluster = await joinCluster(kubeconfig)
  const { file: environment } = await createEnvironment(cluster)
  return { directory: cluster.directory, environment, close: () => cluster.close() }
}
