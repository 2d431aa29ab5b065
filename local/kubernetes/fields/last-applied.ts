import { isRecord } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import type { MapShape } from '../schema/shape.ts'
import { compareFields } from './compare.ts'
import { difference, EMPTY_SET } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { fieldsOf } from './fields-of.ts'
import { typedProblems } from './typed-problems.ts'

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** The manager of `kubectl apply --server-side`: it alone takes over from client-side apply. */
export const KUBECTL = 'kubectl'

/**
 * Fields kubectl applied from the client and that still have that value: `kubectl apply --server-side` may take them over
 * without a conflict.
 *
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/lastappliedmanager.go
 */
export function lastAppliedFields(live: KubeObject, shape: MapShape, apiVersion: string): FieldSet {
  const last = parse(live.metadata.annotations?.[LAST_APPLIED])
  if (last === undefined || last['apiVersion'] !== apiVersion) return EMPTY_SET
  if (typedProblems(last, shape).length > 0) return EMPTY_SET
  const { added, modified, removed } = compareFields(last, live, shape)
  return [added, modified, removed].reduce(difference, fieldsOf(last, shape))
}

function parse(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Keeps the annotation true after kubectl's server-side apply, so that a client-side one can follow. */
export function refreshLastApplied(object: KubeObject, applied: KubeObject): KubeObject {
  const { annotations } = object.metadata
  if (annotations?.[LAST_APPLIED] === undefined || annotations[LAST_APPLIED] === '') return object
  const text = `${goJson(withoutAnnotation(applied))}\n`
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, [LAST_APPLIED]: text } },
  }
}

function withoutAnnotation(applied: KubeObject): KubeObject {
  if (!isRecord(applied.metadata.annotations)) return applied
  const { [LAST_APPLIED]: _, ...annotations } = applied.metadata.annotations
  return { ...applied, metadata: { ...applied.metadata, annotations } }
}

/** Keys sorted, and the characters that matter in HTML escaped, as Go's encoder does. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) =>
    isRecord(item)
      ? Object.fromEntries(
          Object.entries(item).toSorted(([left], [right]) => (left < right ? -1 : 1)),
        )
      : item,
  )
  return text.replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
