import { parsePrior } from './adoption.ts'
import type { Prior } from './adoption.ts'
import { contentDigest } from './content.ts'
import { at, groupOf, identityOf, objectRef, textAt } from './object.ts'
import type { KubeObject, ObjectRef } from './object.ts'
import { inApplyOrder } from './order.ts'
import { FIELD_MANAGER, MANAGED_BY_LABEL, SET_ID_LABEL } from './ownership.ts'
import type { ObjectSet } from './ownership.ts'

/** One object the set has deployed; `uid` is absent only between the first write and the end of a deploy. */
export interface Member extends ObjectRef {
  readonly uid?: string
  /** Of what was asked for, so that a healer with other files knows that it is out of date. */
  readonly digest?: string | undefined
  /** Of what was adopted and may have to be given back. */
  readonly prior?: Prior | undefined
}

/** Where the inventory of a set is. */
export function inventoryRef(set: ObjectSet): ObjectRef {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: set.namespace, name: set.inventory }
}

/**
 * The ConfigMap that remembers a set: names, UIDs and digests, one object per line, never their content; of what
 * was adopted also the labels and annotations that ours have taken the place of.
 *
 * Its label and annotations are those of an ApplySet parent, so that other tools see whose the objects are.
 *
 * @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune
 */
export function inventoryObject(set: ObjectSet, members: readonly Member[]): KubeObject {
  const sorted = inApplyOrder(members, (member) => member)
  const kinds = [...new Set(sorted.map(groupKind))].toSorted()
  const namespaces = [...new Set(sorted.flatMap(({ namespace }) => namespace ?? []))]
  const others = namespaces.filter((namespace) => namespace !== set.namespace).toSorted()
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: set.inventory,
      namespace: set.namespace,
      labels: { [MANAGED_BY_LABEL]: FIELD_MANAGER, [SET_ID_LABEL]: set.id },
      annotations: {
        'applyset.kubernetes.io/tooling': `${FIELD_MANAGER}/v1`,
        'applyset.kubernetes.io/contains-group-kinds': kinds.join(','),
        ...(others.length > 0
          ? { 'applyset.kubernetes.io/additional-namespaces': others.join(',') }
          : {}),
      },
    },
    data: { objects: sorted.map((member) => `${JSON.stringify(line(member))}\n`).join('') },
  }
}

/** The members a live inventory names; a line that is not ours is passed over. */
export function membersOf(inventory: KubeObject | undefined): readonly Member[] {
  return (textAt(inventory, 'data', 'objects') ?? '').split('\n').flatMap((text) => {
    if (text === '') return []
    const raw = JSON.parse(text) as unknown
    const [apiVersion, kind, name] = ['apiVersion', 'kind', 'name'].map((key) => textAt(raw, key))
    if (apiVersion === undefined || kind === undefined || name === undefined) return []
    const [namespace, uid, digest] = ['namespace', 'uid', 'digest'].map((key) => textAt(raw, key))
    const prior = parsePrior(at(raw, 'prior'))
    return [
      {
        apiVersion,
        kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(digest === undefined ? {} : { digest }),
        ...(prior === undefined ? {} : { prior }),
      },
    ]
  })
}

/**
 * Old ∪ new: what must be remembered before the first write, so that a run that dies forgets nothing, and that no healer
 * of older files undoes what it wrote.
 */
export function unionOf(
  before: readonly Member[],
  rendered: readonly KubeObject[],
): readonly Member[] {
  const asked = new Map(
    rendered.map((object) => {
      const ref = objectRef(object)
      return [identityOf(ref), { ...ref, digest: contentDigest(object) }]
    }),
  )
  const known = new Set(before.map(identityOf))
  const added = [...asked].flatMap(([identity, member]) => (known.has(identity) ? [] : [member]))
  return [...before.map((member) => ({ ...member, ...asked.get(identityOf(member)) })), ...added]
}

/** Whether both name the same objects of the same UIDs and content. */
export function isSameInventory(a: readonly Member[], b: readonly Member[]): boolean {
  const text = (members: readonly Member[]) =>
    JSON.stringify(inApplyOrder(members, (member) => member).map(line))
  return text(a) === text(b)
}

/** The incarnations that an inventory names. */
export function uidsOf(members: readonly Member[]): ReadonlySet<string> {
  return new Set(members.flatMap(({ uid }) => uid ?? []))
}

/** Controllers that put their own objects beside ours; used to say whose a namespace is. */
export function isInventory(object: KubeObject): boolean {
  return object.metadata.labels?.[SET_ID_LABEL] !== undefined
}

function groupKind(ref: ObjectRef): string {
  const group = groupOf(ref.apiVersion)
  return group === '' ? ref.kind : `${ref.kind}.${group}`
}

function line({ apiVersion, kind, namespace, name, uid, digest, prior }: Member) {
  return { apiVersion, kind, namespace, name, uid, digest, prior }
}
