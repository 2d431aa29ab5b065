import { dirname, resolve } from 'node:path'
import { connect } from '../cluster/connect.ts'
import type { Cluster } from '../cluster/connect.ts'
import type { Environment } from '../core/environment.ts'
import type { KubectlTarget } from '../core/kubectl.ts'
import type { CommandContext } from './context.ts'

/**
 * Connects to the environment's cluster and says which it is, before anything else is said or done.
 *
 * @param doing `Planning against`, `Deploying to` …
 */
async function openTarget(
  environment: Environment,
  environmentFile: string,
  doing: string,
  context: CommandContext,
): Promise<Cluster> {
  const { server } = environment.cluster
  const { kubeconfig } = kubectlTarget(environment, environmentFile)
  const cluster = await connect({
    context: environment.cluster.context,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(server === undefined ? {} : { expectedServer: server }),
    target: environment.target,
    env: context.env,
    now: context.now,
    signal: context.signal,
    onSecret: (secret) => context.conceal([secret]),
    onWarning: once((message) => context.report({ event: 'warning', message })),
  })
  context.report({
    event: 'target',
    doing,
    environment: environment.name,
    context: cluster.context,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    server: cluster.server,
    namespace: environment.namespace,
  })
  return cluster
}

/** Where kubectl finds the same cluster. */
export function kubectlTarget({ cluster }: Environment, environmentFile: string): KubectlTarget {
  const { context, kubeconfig } = cluster
  return kubeconfig === undefined
    ? { context }
    : { context, kubeconfig: resolve(dirname(environmentFile), kubeconfig) }
}

/** A dry run and the apply after it warn of the same. */
function once(tell: (message: string) => void): (message: string) => void {
  const told = new Set<string>()
  return (message) => {
    if (!told.has(message)) tell(message)
    told.add(message)
  }
}

/** Runs `work` with the environment's cluster and closes its connections, whatever happens. */
export async function withTarget<T>(
  from: { readonly environment: Environment; readonly file: string; readonly doing: string },
  context: CommandContext,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await openTarget(from.environment, from.file, from.doing, context)
  try {
    return await work(cluster)
  } finally {
    cluster.close()
  }
}
