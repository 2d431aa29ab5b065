import { dirname, resolve } from 'node:path'
import { applyPlan } from '../cluster/apply.ts'
import type { Applied } from '../cluster/carry-out.ts'
import type { Cluster } from '../cluster/connect.ts'
import { checkPermissions, explainRefusal } from '../cluster/permissions.ts'
import { withHealersPaused } from '../cluster/pause.ts'
import { runAtOnce, workerPod } from '../cluster/worker-pod.ts'
import type { Environment } from '../core/environment.ts'
import { objectCount } from '../core/object-count.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import { hasLog } from '../core/pod-containers.ts'
import { countStates, isNoOp, KEPT, writes } from '../core/plan.ts'
import type { Plan } from '../core/plan.ts'
import { namedTrustRoot } from '../core/stale-trust-root.ts'
import { workloadKind } from '../core/workload.ts'
import { readConfig } from './config.ts'
import type { Config } from './config.ts'
import { confirmFirstWrite } from './confirm.ts'
import type { CommandContext, CommonOptions, Takeovers } from './context.ts'
import { followedOf, followLog } from './followed.ts'
import { printLog } from './logs.ts'
import { npmCommand } from './npm-command.ts'
import { reportEntry, showPlan, takeovers } from './plan.ts'
import { kubectlTarget, withTarget } from './target.ts'
import { reportTerminating } from './terminating.ts'
import { waitAndExplain } from './wait.ts'

export interface DeployOptions extends CommonOptions, Takeovers {
  /** Print the pod's log on stdout once it is there. */
  readonly follow?: boolean
  /** Bound of the wait. */
  readonly timeoutSeconds: number
  /** `false` ends after the apply. */
  readonly wait?: boolean
  /** Nobody needs to be asked before the first write to a new cluster. */
  readonly yes?: boolean
}

/** Plans, applies just that, waits until it works, and says what to do next. */
export async function deploy(options: DeployOptions, context: CommandContext): Promise<number> {
  const config = await readConfig(options, context)
  const { manifests: folder, follow } = options
  const followed =
    folder !== undefined && follow === true
      ? followedOf(
          folder,
          config.objects,
          kubectlTarget(config.environment, config.environmentFile),
        )
      : undefined
  const from = {
    environment: config.environment,
    file: config.environmentFile,
    doing: 'Deploying to',
  }
  return withTarget(from, context, async (cluster) => {
    const showing = { ...context, product: false }
    const { plan, live, objects } = await showPlan(cluster.api, config, options, showing)
    await checkPermissions(cluster, plan, config.set)
    await confirmFirstWrite({ cluster, plan, live }, config.environment, options, context)
    let written = 0
    const apply = () =>
      applyPlan(cluster, plan, {
        set: config.set,
        rendered: objects,
        ...takeovers(options),
        inventory: live.inventory,
        members: live.members,
        signal: context.signal,
        timeoutMs: options.timeoutSeconds * 1_000,
        onWaiting: (subject, reason) =>
          reportTerminating(subject, reason, options.timeoutSeconds, context),
        onPlanChanged: (entry) => reportEntry(entry, showing),
        onApplied: (one) => {
          if (one.state !== 'unchanged') written += 1
          reportApplied(one, context)
        },
      }).catch((error: unknown) => {
        if (written === 0) return explainRefusal(cluster, plan, config.set, error)
        context.report({ event: 'warning', message: halfway(written, plan) })
        throw error
      })
    const mayBeHealed = live.members.length > 0 && !isNoOp(plan)
    const applied = await (mayBeHealed
      ? withHealersPaused(cluster, config.set, context.now, apply)
      : apply())
    context.report({
      event: 'done',
      message: `Applied: ${countStates(applied.map(({ state }) => state))}`,
    })
    if (options.wait === false) return 0
    const appliedObjects = applied.flatMap((one) => one.live ?? [])
    const ready = await waitAndExplain(
      cluster,
      appliedObjects,
      { set: config.set, timeoutSeconds: options.timeoutSeconds, ...trustRootOf(config, options) },
      context,
    )
    const { environment } = config
    return finish(cluster, ready, { options, environment, followed }, context)
  })
}

function halfway(written: number, plan: Plan): string {
  const asked = objectCount(writes(plan).length)
  return `Applied before it ended: ${written} of ${asked}; the next deploy goes on from there`
}

/** What the pods of ours are given to trust; a folder of others knows nothing of it. */
function trustRootOf({ environment, environmentFile }: Config, { manifests }: DeployOptions) {
  const { trustRoot } = environment
  return trustRoot === undefined || manifests !== undefined
    ? {}
    : {
        trustRoot: namedTrustRoot(environment, resolve(dirname(environmentFile), trustRoot.caFile)),
      }
}

function reportApplied({ entry, state, kept }: Applied, { report }: CommandContext): void {
  if (state === 'unchanged') return
  const subject = subjectOf(entry.ref)
  report({ event: 'object', subject, state })
  if (kept === undefined) return
  report({
    event: 'warning',
    message: `${subject}: ${kept.join(', ')} should be gone and stays: ${KEPT}`,
  })
}

interface Wanted {
  readonly options: DeployOptions
  readonly environment: Environment
  /** Of a folder of others, the one object whose log is asked for. */
  readonly followed: ObjectRef | undefined
}

/** The log if asked for, else where to find it. */
async function finish(
  cluster: Cluster,
  ready: readonly KubeObject[],
  { options, environment, followed }: Wanted,
  context: CommandContext,
): Promise<number> {
  if (followed) return followLog(cluster, ready, followed, context)
  const pod = await podToShow(cluster, ready, { options, environment })
  // On AKS the log is what proves it: there is no other terminal where a platform tells what it saw.
  const isShown = options.follow === true || environment.target === 'aks'
  if (pod && isShown) {
    return printLog(cluster, pod, { follow: options.follow === true }, context)
  }
  if (pod) {
    const { env, context: named } = options
    const same = { env, ...(named === undefined ? {} : { context: named }) }
    const name = options.manifests === undefined ? [] : [pod.name]
    context.report({ event: 'next', command: [npmCommand('logs', same), ...name].join(' ') })
  } else if (options.manifests === undefined && workloadKind(environment) === 'CronJob') {
    context.report({ event: 'next', command: runAtOnce(environment.namespace) })
  }
  return 0
}

/** Of a folder of others only pods themselves are known; of ours, whatever kind the worker runs as. */
async function podToShow(
  cluster: Cluster,
  ready: readonly KubeObject[],
  { options, environment }: Omit<Wanted, 'followed'>,
): Promise<ObjectRef | undefined> {
  const pod = ready.find((object) => object.kind === 'Pod' && hasLog(object))
  if (pod) return objectRef(pod)
  const kind = workloadKind(environment)
  const isWorker = ready.some((one) => one.kind === kind && one.metadata.name === 'demo')
  return options.manifests === undefined && isWorker && kind !== 'Pod'
    ? workerPod(cluster, { kind, namespace: environment.namespace })
    : undefined
}
