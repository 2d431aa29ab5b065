import { randomBytes } from 'node:crypto'
import type { ApiAccess } from '../../local/kubernetes/client.ts'
import { startKubernetes } from '../../local/kubernetes/server.ts'
import type { KubernetesOptions } from '../../local/kubernetes/server.ts'
import type { CertificateAuthority } from '../../local/tls.ts'
import { startRealApiServer } from './real-api-server.ts'

/** An API server without controllers and nodes. */
export interface ApiServer {
  /** Of an administrator. */
  readonly access: ApiAccess
  close(): Promise<void>
}

/** Somebody the API server knows by a bearer token. */
export type User = KubernetesOptions['users'][number]

export interface ApiServerOptions {
  /** Signs the server's certificate; nodes' certificates are checked against it too. */
  readonly authority: CertificateAuthority
  /** Who may come in beside the administrator. Default: nobody. */
  readonly users?: readonly User[]
}

/** What a test changes of the local API server; a real one is as it is. */
export type LocalOptions = Pick<KubernetesOptions, 'webhookAvailable' | 'before'>

export const ISSUER = 'https://kubernetes.default.svc.cluster.local'

/**
 * The local API server; or, where KUBEBUILDER_ASSETS names a folder with kube-apiserver and etcd, a real one, so that
 * one test shows what holds for both.
 */
export function startApiServer(options: ApiServerOptions & LocalOptions): Promise<ApiServer> {
  const assets = process.env['KUBEBUILDER_ASSETS']
  return assets === undefined
    ? startLocalApiServer(options)
    : startRealApiServer(assets, { ...options, issuer: ISSUER })
}

/** `local/kubernetes` as a bare kube-apiserver is. */
export async function startLocalApiServer({
  authority,
  users = [],
  ...options
}: ApiServerOptions & LocalOptions): Promise<ApiServer> {
  const token = randomBytes(24).toString('hex')
  const server = await startKubernetes({
    tls: await authority.issue(['127.0.0.1', 'localhost']),
    issuer: ISSUER,
    certificateAuthority: authority.certificate,
    users: [{ token, name: 'admin', groups: ['system:masters'] }, ...users],
    workloadIdentity: {
      tenantId: '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11',
      authorityHost: 'https://login.microsoftonline.com/',
    },
    ...options,
  })
  const access = { url: server.url, certificateAuthority: authority.certificate, token }
  return { access, close: () => server.close() }
}
