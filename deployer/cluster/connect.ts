import { DeployError } from '../core/errors.ts'
import { IN_CLUSTER } from '../core/in-cluster.ts'
import type { KubeObject } from '../core/object.ts'
import { createApi } from './api.ts'
import type { Api } from './api.ts'
import { credentialSource } from './credentials.ts'
import { kindFinder } from './discovery.ts'
import { findTarget } from './kubeconfig.ts'
import type { TargetOptions } from './kubeconfig.ts'
import { createTransport } from './transport.ts'
import type { Transport } from './transport.ts'

/** One cluster, ready to be asked. No request has been sent yet. */
export interface Cluster {
  readonly context: string
  readonly server: string
  readonly api: Api
  readonly transport: Transport
  /** The same connections, for requests that this signal ends instead of the one given to `connect`. */
  within(signal: AbortSignal): Cluster
  close(): void
}

export interface ConnectOptions extends TargetOptions {
  /** `local` and `kind` run on this machine; their context must not lead anywhere else. */
  readonly target: 'local' | 'kind' | 'aks'
  /** The one server that the context may lead to; named, it may be anywhere. */
  readonly expectedServer?: string
  readonly now: () => number
  /** Told of every Secret that is read or answered, so that its values can be kept out of the output. */
  readonly onSecret?: (secret: KubeObject) => void
  /** Told of every warning of the API server about an object. */
  readonly onWarning?: (message: string) => void
  /** Ends every request. */
  readonly signal: AbortSignal
}

/**
 * Connects to the context an environment names.
 *
 * @throws {DeployError} `ERR_CONTEXT` if a target of this machine has a server elsewhere: a wrong line in an
 * environment file must not write to somebody's cluster.
 */
export async function connect(options: ConnectOptions): Promise<Cluster> {
  const { context, server, read } = await findTarget(options)
  checkServer(options, context, server)
  const credentials = credentialSource(context, read, options.now)
  // as kubectl's, the way to this machine never leads over a proxy
  const proxyEnv = isLoopback(new URL(server).hostname) ? {} : options.env
  const transport = createTransport(server, credentials, { signal: options.signal, proxyEnv })
  const kinds = kindFinder(transport)
  const over = (bound: Transport): Cluster => ({
    context,
    server,
    api: createApi(bound, kinds, options),
    transport: bound,
    within: (signal) => over(bound.within(signal)),
    close: () => bound.close(),
  })
  return over(transport)
}

function checkServer(options: ConnectOptions, context: string, server: string): void {
  // from inside, the API server of a cluster on this machine has an address of the cluster's own network
  if (context === IN_CLUSTER) return
  const { expectedServer, target } = options
  const leads = `context "${context}" leads to ${server}`
  if (expectedServer !== undefined && new URL(expectedServer).href !== new URL(server).href) {
    throw new DeployError('ERR_CONTEXT', `${leads}, but cluster.server is ${expectedServer}`, {
      subject: context,
      hint: 'set the right cluster.context, or the server that is meant',
    })
  }
  if (expectedServer !== undefined || target === 'aks' || isLoopback(new URL(server).hostname))
    return
  throw new DeployError('ERR_CONTEXT', `${leads}, but target ${target} runs on this machine`, {
    subject: context,
    hint: 'set the right cluster.context, or target: aks for a cluster elsewhere; a test cluster elsewhere must be named: cluster.server',
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
