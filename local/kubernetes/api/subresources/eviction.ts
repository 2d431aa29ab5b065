import { badRequest, StatusError } from '../../errors.ts'
import { at, isRecord, listAt, numberAt, textAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import { matchesLabelSelector } from '../../selectors.ts'
import type { Api } from '../api.ts'
import { timestamp } from '../api.ts'
import { readRecord } from '../body.ts'
import type { Call } from '../call.ts'
import { parseDeleteOptions } from '../delete-options.ts'
import { liveObject } from '../read.ts'
import { remove } from '../remove.ts'
import { json } from '../respond.ts'
import { SUCCESS } from './pod.ts'

const BUDGETS = 'policy/poddisruptionbudgets'
const RETRY_SECONDS = 10

/**
 * `pods/eviction`: a delete that a disruption budget may refuse.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/registry/core/pod/storage/eviction.go
 */
export async function evictPod(api: Api, call: Call): Promise<Response> {
  const eviction = await readRecord(call.request)
  const name = textAt(eviction, 'metadata', 'name')
  if (name && name !== call.name) {
    throw badRequest('name in URL does not match name in Eviction object')
  }
  const options = parseDeleteOptions(call, eviction['deleteOptions'])
  const pod = liveObject(api, call)
  const budget = isDisrupted(pod) ? budgetOf(api, pod) : undefined
  if (budget !== undefined && !isUnhealthySurplus(pod, budget)) {
    checkBudget(budget)
    if (!options.dryRun) spend(api, budget, pod)
  }
  remove(api, call, pod, options)
  return json(SUCCESS, 201)
}

/** A pod that does not run, or is on its way out already, is nobody's loss. */
function isDisrupted(pod: KubeObject): boolean {
  const phase = textAt(pod, 'status', 'phase') ?? ''
  return (
    pod.metadata.deletionTimestamp === undefined &&
    !['Pending', 'Succeeded', 'Failed'].includes(phase)
  )
}

function budgetOf(api: Api, { metadata }: KubeObject): KubeObject | undefined {
  const budgets = api.store
    .list(BUDGETS, metadata.namespace)
    .filter((budget) => matchesLabelSelector(at(budget, 'spec', 'selector'), metadata.labels))
  if (budgets.length <= 1) return budgets[0]
  throw new StatusError(
    500,
    '',
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  )
}

/** One that is not ready may go if enough others are, or if the budget does not care. */
function isUnhealthySurplus(pod: KubeObject, budget: KubeObject): boolean {
  const isReady = listAt(pod, 'status', 'conditions').some(
    (one) => at(one, 'type') === 'Ready' && at(one, 'status') === 'True',
  )
  if (isReady) return false
  if (at(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true
  const desired = numberAt(budget, 'status', 'desiredHealthy') ?? 0
  return desired > 0 && (numberAt(budget, 'status', 'currentHealthy') ?? 0) >= desired
}

function checkBudget({ metadata, status }: KubeObject): void {
  if ((numberAt(status, 'observedGeneration') ?? 0) < (metadata.generation ?? 0)) {
    throw violation(
      `The disruption budget ${metadata.name} is still being processed by the server.`,
      RETRY_SECONDS,
    )
  }
  if ((numberAt(status, 'disruptionsAllowed') ?? 0) > 0) return
  const desired = numberAt(status, 'desiredHealthy') ?? 0
  const current = numberAt(status, 'currentHealthy') ?? 0
  throw violation(
    `The disruption budget ${metadata.name} needs ${desired} healthy pods and has ${current} currently`,
  )
}

function violation(message: string, retryAfterSeconds?: number): StatusError {
  return new StatusError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      causes: [{ reason: 'DisruptionBudget', message }],
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    },
  )
}

/** Counted at once, so that of two evictions the second does not go by the number of before. */
function spend(api: Api, budget: KubeObject, pod: KubeObject): void {
  const { name = '', namespace } = budget.metadata
  const status = isRecord(budget.status) ? budget.status : {}
  const disruptedPods = isRecord(status['disruptedPods']) ? status['disruptedPods'] : {}
  api.store.put(
    { collection: BUDGETS, namespace, name },
    {
      ...budget,
      status: {
        ...status,
        disruptionsAllowed: (numberAt(status, 'disruptionsAllowed') ?? 0) - 1,
        disruptedPods: { ...disruptedPods, [pod.metadata.name ?? '']: timestamp(api) },
      },
    },
  )
}
