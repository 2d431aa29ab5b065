import { differences } from './differences.ts'
import type { Difference } from './differences.ts'
import { INPUTS_ANNOTATION } from './inputs.ts'
import { at, objectRef, subjectOf } from './object.ts'
import type { KubeObject } from './object.ts'
import { PART_OF_LABEL } from './ownership.ts'

/** What may differ between two targets, and nothing else: the worker, its code path and its pod are the same. */
export type Expected = 'endpoint' | 'id' | 'trust root' | 'image name' | 'namespace'

/** One place where what is rendered for two targets differs. */
export interface TargetDifference extends Difference {
  /** `Kind/namespace/name` */
  readonly subject: string
  /** Why it may; undefined for a difference that should not be there. */
  readonly expected?: Expected
}

const EXPECTED: readonly (readonly [RegExp, Expected])[] = [
  [/^ConfigMap\/worker \.data\.COSMOS_(ENDPOINT|DATABASE|CONTAINER)$/, 'endpoint'],
  [/\.containers\[worker\]\.env\[AZURE_AUTHORITY_HOST\]$/, 'endpoint'],
  [
    /^ServiceAccount\/worker \.metadata\.annotations\.azure\.workload\.identity\/(client|tenant)-id$/,
    'id',
  ],
  [/^ConfigMap\/trust-root /, 'trust root'],
  [/\.spec\.volumes(\[trust-root\])?$/, 'trust root'],
  [/\.containers\[worker\]\.volumeMounts(\[trust-root\])?$/, 'trust root'],
  [/\.containers\[worker\]\.env\[NODE_EXTRA_CA_CERTS\]$/, 'trust root'],
  [/\.containers\[worker\]\.image$/, 'image name'],
  [/ \.metadata\.namespace$|^Namespace\/\S+ \.metadata\.name$/, 'namespace'],
]

/**
 * Where the objects rendered for two environments differ: what proves that a run on one target tells of the other.
 *
 * Our own marks (the set's label, the digest of what the pod reads) follow from the rest and are left out.
 *
 * @param left Rendered for the one environment, in any order.
 * @returns One entry per place, `left` and `right` as rendered; `expected` is missing from what should not differ.
 */
export function targetDifferences(
  left: readonly KubeObject[],
  right: readonly KubeObject[],
): readonly TargetDifference[] {
  const [a, b] = [byRole(left), byRole(right)]
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((role) => {
    const [mine, theirs] = [a.get(role), b.get(role)]
    const shown = mine ?? theirs
    const subject = shown ? subjectOf(objectRef(shown)) : role
    return differences(unmarked(mine), unmarked(theirs)).map((one) => {
      const expected = EXPECTED.find(([pattern]) => pattern.test(`${role} ${one.path}`))?.[1]
      return { subject, ...one, ...(expected === undefined ? {} : { expected }) }
    })
  })
}

/** A line per difference, for people: `ConfigMap/ns/worker .data.X: "a" → "b" (endpoint)`. */
export function differenceLine({ subject, path, expected, ...sides }: TargetDifference): string {
  const value = (side: 'left' | 'right') =>
    side in sides ? shortened(JSON.stringify(sides[side])) : 'absent'
  return `${subject} ${path}: ${value('left')} → ${value('right')} (${expected ?? 'NOT EXPECTED'})`
}

/** By kind and name, because the namespace is itself a value of the environment. */
function byRole(objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  return new Map(
    objects.map((object) => [
      object.kind === 'Namespace' ? 'Namespace/*' : `${object.kind}/${object.metadata.name}`,
      object,
    ]),
  )
}

function unmarked(object: KubeObject | undefined): unknown {
  if (!object) return undefined
  return JSON.parse(
    JSON.stringify(object, (key: string, value: unknown) => {
      if (key === PART_OF_LABEL || key === INPUTS_ANNOTATION) return undefined
      // a template that had no annotations but our digest
      const isOnlyOurs =
        key === 'annotations' && at(value, INPUTS_ANNOTATION) !== undefined && sizeOf(value) === 1
      return isOnlyOurs ? undefined : value
    }),
  )
}

function sizeOf(value: unknown): number {
  return Object.keys(value as object).length
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
