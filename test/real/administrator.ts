import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { createKubectl } from './kubectl.ts'
import { writeKubeconfig } from '../deployer/cluster.ts'

const NAMESPACE = 'keyless-journeys'
const HOURS = '2h'

/**
 * Lets `use` work as an administrator with a token, whatever a kubeconfig signs in with: the tests' own client knows
 * tokens only. The service account is gone afterwards.
 */
export async function withAdministrator<T>(
  kubeconfig: string,
  directory: string,
  use: (kubeconfig: string) => Promise<T>,
): Promise<T> {
  const kubectl = createKubectl(kubeconfig)
  const binding = ['clusterrolebinding', NAMESPACE] as const
  await remove()
  try {
    await kubectl('create', 'namespace', NAMESPACE)
    await kubectl('create', 'serviceaccount', 'admin', '--namespace', NAMESPACE)
    const account = `--serviceaccount=${NAMESPACE}:admin`
    await kubectl('create', ...binding, '--clusterrole=cluster-admin', account)
    const options = ['--namespace', NAMESPACE, '--duration', HOURS]
    const token = await kubectl('create', 'token', 'admin', ...options)
    const file = join(directory, 'kubeconfig')
    await writeKubeconfig(file, { ...(await clusterOf()), token })
    await chmod(file, 0o600)
    return await use(file)
  } finally {
    await remove()
  }

  async function clusterOf() {
    const shown = await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output=json')
    const { clusters } = JSON.parse(shown) as Shown
    const cluster = clusters[0]?.cluster
    if (cluster === undefined) throw new Error(`${kubeconfig}: the current context has no cluster`)
    const certificateAuthority = Buffer.from(cluster['certificate-authority-data'], 'base64')
    return { url: cluster.server, certificateAuthority: certificateAuthority.toString() }
  }

  async function remove() {
    await kubectl('delete', ...binding, '--ignore-not-found')
    await kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found')
  }
}

interface Shown {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string }
  }[]
}
