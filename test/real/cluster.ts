import { setTimeout as sleep } from 'node:timers/promises'
import { joinCluster } from '../deployer/cluster.ts'
import type { TestCluster } from '../deployer/cluster.ts'

/** The cluster `npm run test:real` has prepared. */
export async function joinRealCluster(): Promise<TestCluster> {
  const kubeconfig = process.env['JOURNEYS_KUBECONFIG']
  if (kubeconfig === undefined) throw new Error('start these with npm run test:real')
  return joinCluster(kubeconfig)
}

/** Tries until the check passes; after `ms` its last problem is the test's. */
export async function within(ms: number, check: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + ms; ;) {
    const problem = await check().catch((error: unknown) => error)
    if (problem === undefined) return
    if (Date.now() > end) throw problem
    await sleep(100)
  }
}
