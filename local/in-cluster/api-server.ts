import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import type { IssuerSource } from '../entra/server.ts'
import { createClient } from '../kubernetes/client.ts'
import type { KubernetesClient } from '../kubernetes/client.ts'

/** This process is in no pod, or in one without a service-account token. */
export class NotInClusterError extends Error {
  override readonly name = 'NotInClusterError'
  readonly code = 'ERR_NOT_IN_CLUSTER'
}

/** The API server of the cluster this pod runs in. */
export interface ApiServer {
  /** Namespace of this pod. */
  readonly namespace: string
  /** A client that sends the token as the kubelet last renewed it. */
  client(): KubernetesClient
  /** Where the documents of the cluster's issuer are read, with token and root as they are now. */
  issuerSource(issuer: string): IssuerSource
  close(): void
}

/** As the kubelet mounts it into every pod that does not refuse it. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * @param env KUBERNETES_SERVICE_HOST and _PORT.
 * @param directory Where ca.crt, namespace and token are.
 * @throws {NotInClusterError} outside a pod.
 * @see https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api
 */
export function inClusterApiServer(
  env: Readonly<Record<string, string | undefined>>,
  directory = SERVICE_ACCOUNT_DIRECTORY,
): ApiServer {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  if (host === '') throw new NotInClusterError('KUBERNETES_SERVICE_HOST is not set: this is no pod')
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  const url = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`
  const read = (name: string) => readText(join(directory, name))
  const namespace = read('namespace')
  let known = { certificateAuthority: read('ca.crt') }
  let client = clientFor(known.certificateAuthority)

  function clientFor(certificateAuthority: string): KubernetesClient {
    const access = {
      url,
      certificateAuthority,
      // Asked at every request
      get token() {
        return read('token')
      },
    }
    return createClient(access)
  }

  return {
    namespace,
    client: () => {
      const certificateAuthority = read('ca.crt')
      if (certificateAuthority !== known.certificateAuthority) {
        client.close()
        known = { certificateAuthority }
        client = clientFor(certificateAuthority)
      }
      return client
    },
    issuerSource: (issuer) => ({
      issuer,
      url,
      certificateAuthority: read('ca.crt'),
      token: read('token'),
    }),
    close: () => client.close(),
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new NotInClusterError(
      `${file} cannot be read: the pod needs its service account's token (automountServiceAccountToken)`,
      { cause },
    )
  }
}
