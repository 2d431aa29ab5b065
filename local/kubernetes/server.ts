import { listen } from '../http.ts'
import type { Handler } from '../http.ts'
import type { KeyPair } from '../tls.ts'
import type { Api } from './api/api.ts'
import { followDefinitions } from './api/definitions.ts'
import { handle } from './api/handle.ts'
import { createRegistry } from './resources/registry.ts'
import { createStore } from './store/store.ts'
import { createTokenIssuer } from './tokens.ts'

export interface KubernetesOptions {
  readonly tls: KeyPair
  /** Default 0: the system chooses. */
  readonly port?: number
  /** `iss` of service-account tokens; its documents are at /.well-known/openid-configuration and /openid/v1/jwks. */
  readonly issuer: string
  /** PEM root that signed this server and the nodes' endpoints. */
  readonly certificateAuthority: string
  /** Bearer tokens this server knows, beside its own service-account tokens. */
  readonly users: readonly {
    readonly token: string
    readonly name: string
    readonly groups: readonly string[]
  }[]
  /** What the workload-identity webhook injects; `authorityHost` ends in '/'. */
  readonly workloadIdentity: { readonly tenantId: string; readonly authorityHost: string }
  /** Asked at every pod: false is a webhook that is down, so that pods which want it are refused. */
  readonly webhookAvailable?: () => boolean
  /** Waited for before each request is looked at: for those who count requests, or a slow network. */
  readonly before?: (request: Request) => Promise<void>
  /** How many changes watches can go back; older ones are answered with 410. Default 4096. */
  readonly history?: number
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number
}

/** A running API server. */
export interface Kubernetes {
  /** `https://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** The namespaces a cluster is born with. */
const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/**
 * Starts an API server with an empty store: an in-memory stand-in for kube-apiserver 1.36.
 *
 * It holds objects and enforces their rules; what acts on them (scheduler, controllers, node) are clients of it.
 *
 * @throws {ListenError} if the port is taken.
 */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const { now = Date.now, webhookAvailable = () => true } = options
  const store = createStore(options.history === undefined ? {} : { history: options.history })
  const api: Api = {
    store,
    registry: createRegistry(store),
    tokens: createTokenIssuer({ issuer: options.issuer, now }),
    admission: () => ({
      workloadIdentity: options.workloadIdentity,
      webhookAvailable: webhookAvailable(),
    }),
    certificateAuthority: options.certificateAuthority,
    users: options.users,
    now,
  }
  followDefinitions(api)
  for (const name of NAMESPACES) await createNamespace(api, name)
  const answer: Handler = async (request) => {
    await options.before?.(request)
    return handle(api, request)
  }
  return listen(answer, {
    tls: options.tls,
    name: 'Kubernetes API',
    ...(options.port === undefined ? {} : { port: options.port }),
  })
}

async function createNamespace(api: Api, name: string): Promise<void> {
  const [first] = api.users
  const request = new Request('https://127.0.0.1/api/v1/namespaces', {
    method: 'POST',
    headers: { authorization: `Bearer ${first?.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  })
  const { status } = await handle(api, request)
  if (status !== 201) throw new TypeError(`namespace ${name} could not be made at start`)
}
