import { at, isRecord, listAt, textAt } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { sameJson } from '../schema/same.ts'

/**
 * The status kube-apiserver's own controllers give a CustomResourceDefinition: its names are accepted unless another
 * definition of the group has them, and with that it is established.
 *
 * @param others All definitions there are.
 * @param now RFC 3339.
 * @returns undefined if the status is as it should be.
 */
export function establishedStatus(
  definition: KubeObject,
  others: readonly KubeObject[],
  now: string,
): JsonObject | undefined {
  const names = at(definition, 'spec', 'names')
  const taken = others.some((other) => isRival(definition, other))
  const before = isRecord(definition.status) ? definition.status : {}
  const wanted = taken ? [REFUSED] : [ACCEPTED, ESTABLISHED]
  const conditions = wanted.map((condition) => dated(condition, definition, now))
  const status = {
    ...before,
    acceptedNames: taken ? at(before, 'acceptedNames') : names,
    conditions,
    storedVersions: storedVersions(definition),
  }
  return sameJson(status, before) ? undefined : status
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

const ACCEPTED: Condition = {
  type: 'NamesAccepted',
  status: 'True',
  reason: 'NoConflicts',
  message: 'no conflicts found',
}
const ESTABLISHED: Condition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
}
const REFUSED: Condition = {
  type: 'NamesAccepted',
  status: 'False',
  reason: 'KindConflict',
  message: 'the kind is already in use',
}

/** A condition that says the same as before keeps its time. */
function dated(condition: Condition, definition: KubeObject, now: string): JsonObject {
  const known = listAt(definition, 'status', 'conditions').find(
    (one) => at(one, 'type') === condition.type && at(one, 'status') === condition.status,
  )
  return { ...condition, lastTransitionTime: textAt(known, 'lastTransitionTime') ?? now }
}

function isRival(definition: KubeObject, other: KubeObject): boolean {
  if (other.metadata.name === definition.metadata.name) return false
  const same = (key: string): boolean =>
    at(other, 'status', 'acceptedNames', key) === at(definition, 'spec', 'names', key)
  return (
    at(other, 'spec', 'group') === at(definition, 'spec', 'group') &&
    (same('kind') || same('plural'))
  )
}

function storedVersions(definition: KubeObject): readonly unknown[] {
  const stored = listAt(definition, 'spec', 'versions').find((one) => at(one, 'storage') === true)
  const before = listAt(definition, 'status', 'storedVersions')
  const name = at(stored, 'name')
  return before.includes(name) || name === undefined ? before : [...before, name]
}
