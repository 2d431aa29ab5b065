import type { Cluster } from '../cluster/connect.ts'
import { podLog } from '../cluster/pod-log.ts'
import type { LogOptions } from '../cluster/pod-log.ts'
import { workerPod } from '../cluster/worker-pod.ts'
import { exitCode, withStepToMake } from '../core/errors.ts'
import { subjectOf } from '../core/object.ts'
import type { ObjectRef } from '../core/object.ts'
import { workloadKind } from '../core/workload.ts'
import { readEnvironment } from './config.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import { npmCommand } from './npm-command.ts'
import { withTarget } from './target.ts'

export interface LogsOptions extends CommonOptions {
  /** Default: the worker's pod, or of several the newest that has run. */
  readonly pod?: string
  readonly container?: string
  readonly follow?: boolean
  readonly previous?: boolean
  readonly tail?: number
  readonly sinceSeconds?: number
}

/** Prints the pod's log on stdout, and with `--follow` goes on until the pod ends. */
export async function logs(options: LogsOptions, context: CommandContext): Promise<number> {
  const { environment, file } = await readEnvironment(options, context)
  const { namespace } = environment
  const { container, follow, previous, tail, sinceSeconds } = options
  return withTarget(
    { environment, file, doing: 'Reading the log on' },
    context,
    async (cluster) => {
      try {
        const pod =
          options.pod === undefined
            ? await workerPod(cluster, { kind: workloadKind(environment), namespace })
            : { apiVersion: 'v1', kind: 'Pod', namespace, name: options.pod }
        return await printLog(
          cluster,
          pod,
          {
            ...(container === undefined ? {} : { container }),
            ...(follow === undefined ? {} : { follow }),
            ...(previous === undefined ? {} : { previous }),
            ...(tail === undefined ? {} : { tailLines: tail }),
            ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
          },
          context,
        )
      } catch (error) {
        throw withStepToMake(error, missingPodHint(options, namespace))
      }
    },
  )
}

function missingPodHint(options: LogsOptions, namespace: string): string {
  return options.pod === undefined
    ? `deploy it first: ${npmCommand('deploy', options)}; if it is deployed: ${npmCommand('status', options)}`
    : `check the name: kubectl get pods --namespace ${namespace}`
}

/**
 * Reports each line as it comes.
 *
 * @returns 0 at the end of the log. Who follows it ends that by Ctrl-C: no failure, told by the exit code alone.
 */
export async function printLog(
  cluster: Cluster,
  pod: ObjectRef,
  options: LogOptions,
  { report, signal }: CommandContext,
): Promise<number> {
  try {
    for await (const line of podLog(cluster.transport, pod, options, signal)) {
      report({ event: 'log', pod: subjectOf(pod), line })
    }
    signal.throwIfAborted()
    return 0
  } catch (error) {
    if (options.follow !== true || !signal.aborted) throw error
    report({ event: 'done', message: 'Stopped following; the pod goes on' })
    return exitCode('ERR_INTERRUPTED')
  }
}
