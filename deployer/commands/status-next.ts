import type { Drift } from '../core/drift.ts'
import { kubectl } from '../core/kubectl.ts'
import { listAt, objectRef, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { hasLog, logSource } from '../core/pod-containers.ts'
import type { FailureCause } from '../core/readiness-result.ts'
import type { Verdict } from '../core/verdict.ts'
import type { CommonOptions } from './context.ts'
import { npmCommand } from './npm-command.ts'
import type { Standing } from './status-line.ts'

/** The commands that lead on from a status: what puts right what differs, and what tells more of the first that fails. */
export function nextSteps(
  standings: readonly Standing[],
  options: CommonOptions,
  namespace: string,
): readonly string[] {
  const drifts = new Set(standings.map(({ drift }) => drift.status))
  const verdicts = standings.flatMap(({ verdict }) => verdict ?? [])
  const failed = verdicts.find(({ readiness }) => readiness.status === 'failed')
  const waiting = verdicts.find(({ readiness }) => readiness.status === 'in-progress')
  return [mending(drifts, options), telling(failed ?? waiting, options, namespace)].flatMap(
    (step) => step ?? [],
  )
}

/** What others deployed is looked at before it is written over. */
function mending(drifts: ReadonlySet<Drift['status']>, options: CommonOptions): string | undefined {
  if (drifts.has('redeployed') || drifts.has('foreign')) return npmCommand('plan', options)
  return drifts.has('edited') || drifts.has('missing') ? npmCommand('deploy', options) : undefined
}

/** A container that never started has told nothing yet. */
const TOLD_BY_LOG: readonly FailureCause[] = [
  'crash-loop',
  'container-ended',
  'init-container',
  'job-failed',
  'deadline',
  'pod-failed',
]

function telling(
  verdict: Verdict | undefined,
  options: CommonOptions,
  namespace: string,
): string | undefined {
  if (!verdict) return undefined
  const { readiness, culprit } = verdict
  const isTold = readiness.status !== 'failed' || TOLD_BY_LOG.includes(readiness.cause)
  if (culprit.kind === 'Pod' && hasLog(culprit) && isTold) return log(culprit, options, namespace)
  return readiness.status === 'failed' ? kubectl('describe', objectRef(culprit)) : undefined
}

function log(pod: KubeObject, { env, context }: CommonOptions, namespace: string): string {
  const source = logSource(pod)
  const names = listAt(pod, 'spec', 'containers').map((one) => textAt(one, 'name'))
  const isOnly = names.length === 1 && names[0] === source?.container
  const words = [
    pod.metadata.name,
    ...(source && !isOnly ? ['--container', source.container] : []),
    ...(source?.previous === true ? ['--previous'] : []),
  ]
  return pod.metadata.namespace === namespace
    ? [npmCommand('logs', { env, ...(context === undefined ? {} : { context }) }), ...words].join(
        ' ',
      )
    : ['kubectl logs', ...words, ...inNamespace(pod)].join(' ')
}

function inNamespace({ metadata }: KubeObject): readonly string[] {
  return metadata.namespace === undefined ? [] : ['--namespace', metadata.namespace]
}
