import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import type { ApiAccess } from '../../local/kubernetes/client.ts'

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string }
  }[]
  readonly users: readonly { readonly user: { readonly token?: string } }[]
}

/**
 * The one cluster and user of a kubeconfig that `npm run test:real` made.
 *
 * @throws {Error} if its user signs in otherwise than with a token.
 */
export async function clusterAccess(file: string): Promise<ApiAccess> {
  const { clusters, users } = parse(await readFile(file, 'utf8')) as Kubeconfig
  const [cluster, token] = [clusters[0]?.cluster, users[0]?.user.token]
  if (cluster === undefined || token === undefined) {
    throw new Error(`${file}: expected one cluster and a user with a token`)
  }
  const certificateAuthority = Buffer.from(cluster['certificate-authority-data'], 'base64')
  return { url: cluster.server, certificateAuthority: certificateAuthority.toString(), token }
}
