import type { Condition } from './conditions.ts'
import { timestamp } from './timestamp.ts'

/** What a namespace on its way out still holds. */
export interface Remains {
  /** Key: `plural.group`, with the dot for the core group as well, as the real controller prints it. */
  readonly countByResource: Map<string, number>
  readonly countByFinalizer: Map<string, number>
  /** Why objects could not be deleted. */
  readonly errors: string[]
}

/**
 * The five conditions of a terminating namespace.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/namespace/deletion/status_condition_utils.go
 */
export function namespaceConditions(
  before: readonly Condition[],
  remains: Remains,
  now: number,
): Condition[] {
  const time = timestamp(now)
  return [discovery(), parsing(), deletion(remains), content(remains), finalizers(remains)].map(
    (condition) => {
      const known = before.find(({ type }) => type === condition.type)
      const isSameStatus = known?.status === condition.status
      const lastTransitionTime = (isSameStatus ? known.lastTransitionTime : undefined) ?? time
      return { ...condition, lastTransitionTime }
    },
  )
}

function discovery(): Condition {
  return {
    type: 'NamespaceDeletionDiscoveryFailure',
    status: 'False',
    reason: 'ResourcesDiscovered',
    message: 'All resources successfully discovered',
  }
}

function parsing(): Condition {
  return {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    status: 'False',
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  }
}

function deletion({ errors }: Remains): Condition {
  const type = 'NamespaceDeletionContentFailure'
  if (errors.length === 0) {
    const message = 'All content successfully deleted, may be waiting on finalization'
    return { type, status: 'False', reason: 'ContentDeleted', message }
  }
  const message = `Failed to delete all resource types, ${errors.length} remaining: ${errors.toSorted().join(', ')}`
  return { type, status: 'True', reason: 'ContentDeletionFailed', message }
}

function content({ countByResource }: Remains): Condition {
  const type = 'NamespaceContentRemaining'
  if (countByResource.size === 0) {
    const message = 'All content successfully removed'
    return { type, status: 'False', reason: 'ContentRemoved', message }
  }
  const list = [...countByResource].map(
    ([name, count]) => `${name} has ${count} resource instances`,
  )
  const message = `Some resources are remaining: ${list.toSorted().join(', ')}`
  return { type, status: 'True', reason: 'SomeResourcesRemain', message }
}

function finalizers({ countByFinalizer }: Remains): Condition {
  const type = 'NamespaceFinalizersRemaining'
  if (countByFinalizer.size === 0) {
    const message = 'All content-preserving finalizers finished'
    return { type, status: 'False', reason: 'ContentHasNoFinalizers', message }
  }
  const list = [...countByFinalizer].map(
    ([name, count]) => `${name} in ${count} resource instances`,
  )
  const message = `Some content in the namespace has finalizers remaining: ${list.toSorted().join(', ')}`
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message }
}
