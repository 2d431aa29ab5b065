import { readFile, stat } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { DeployError } from '../core/errors.ts'
import { IN_CLUSTER } from '../core/in-cluster.ts'
import type { PlainContext } from './plain-context.ts'

const DEFAULT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The context every pod has: the API server of its own cluster, with its service account's token, which is read again
 * as the kubelet renews it.
 *
 * @param env KUBERNETES_SERVICE_HOST and _PORT; SERVICE_ACCOUNT_DIRECTORY where a node mounts the token elsewhere.
 * @throws {DeployError} `ERR_KUBECONFIG` outside a pod, or in one without a token.
 * @see https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api
 */
export async function inClusterContext(
  env: Readonly<Record<string, string | undefined>>,
): Promise<PlainContext> {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  if (host === undefined || host === '') {
    throw notInCluster('KUBERNETES_SERVICE_HOST is not set, so this is no pod')
  }
  const directory = env['SERVICE_ACCOUNT_DIRECTORY'] ?? DEFAULT_DIRECTORY
  const [caFile, tokenFile] = [join(directory, 'ca.crt'), join(directory, 'token')]
  for (const file of [caFile, tokenFile]) {
    await stat(file).catch((cause: unknown) => {
      throw notInCluster(`${file} is not there`, cause)
    })
  }
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    read: async () => {
      const [ca, token] = await Promise.all([readFile(caFile), readFile(tokenFile, 'utf8')])
      return { headers: { Authorization: `Bearer ${token.trim()}` }, tls: { ca } }
    },
  }
}

function notInCluster(reason: string, cause?: unknown): DeployError {
  return new DeployError('ERR_KUBECONFIG', `context "${IN_CLUSTER}": ${reason}`, {
    subject: IN_CLUSTER,
    hint: 'choose an environment with a context of a kubeconfig; in a pod, set automountServiceAccountToken: true',
    ...(cause === undefined ? {} : { cause }),
  })
}
