import { expect, test } from 'vitest'
import type { Fields, KubeObject, ObjectMeta } from './object.ts'
import { objectSet, PART_OF_LABEL } from './ownership.ts'
import {
  afterDryRun,
  countActions,
  entry,
  firstLook,
  isSameDecision,
  keptFields,
  planOf,
} from './plan.ts'

const SET = objectSet('test', 'ns')
const OURS = { [PART_OF_LABEL]: SET.id }

function object(kind: string, metadata: Partial<ObjectMeta>, fields: Fields = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name: 'x', namespace: 'ns', ...metadata },
    ...fields,
  }
}

const DESIRED = object('ConfigMap', { labels: OURS }, { data: { a: '1' } })
const OWNED = {
  'f:data': { 'f:a': {} },
  'f:metadata': { 'f:labels': { [`f:${PART_OF_LABEL}`]: {} } },
}
const MANAGED = {
  managedFields: [{ manager: 'keyless-cosmos', operation: 'Apply', fieldsV1: OWNED }],
}
const POD = object('Pod', { labels: OURS }, { spec: {} })
const JOB = object('Job', { labels: OURS }, { spec: jobSpec('1') })

function jobSpec(inputs: string) {
  return { template: { metadata: { annotations: { 'keyless-cosmos/inputs': inputs } } } }
}

function condition(type: string) {
  return { conditions: [{ type, status: 'True' }] }
}

test.for([
  { when: 'it does not exist', live: undefined, look: { ask: 'create' } },
  {
    when: 'it is as stated',
    live: object('ConfigMap', { labels: OURS, ...MANAGED }, { data: { a: '1' } }),
    look: { decided: { action: 'unchanged' } },
  },
  {
    when: 'it differs',
    live: object('ConfigMap', { labels: OURS, ...MANAGED }, { data: { a: '2' } }),
    look: { ask: 'dry-run', adopt: false },
  },
  { when: 'nobody owns it', live: object('ConfigMap', {}), look: { refused: 'unowned' } },
  {
    when: 'nobody owns it and adoption was asked for',
    live: object('ConfigMap', {}),
    adopt: true,
    look: { ask: 'dry-run', adopt: true },
  },
  {
    when: 'it lost its label but the inventory names it',
    live: object('ConfigMap', {}),
    isMember: true,
    look: { ask: 'dry-run', adopt: false },
  },
  {
    when: 'another set owns it, even if adoption was asked for',
    live: object('ConfigMap', { labels: { [PART_OF_LABEL]: 'other' } }),
    adopt: true,
    look: { refused: 'foreign' },
  },
  {
    when: 'it is being deleted',
    live: object('ConfigMap', { labels: OURS, deletionTimestamp: '2026-01-01T00:00:00Z' }),
    look: { decided: { action: 'recreate', reason: 'is being deleted' } },
  },
  {
    when: 'it is a pod that failed',
    desired: POD,
    live: object('Pod', { labels: OURS }, { status: { phase: 'Failed' } }),
    look: { ask: 'replacement', reason: 'its last run failed' },
  },
  {
    when: 'it is a Job that failed',
    desired: JOB,
    live: object('Job', { labels: OURS }, { spec: jobSpec('1'), status: condition('Failed') }),
    look: { ask: 'replacement', reason: 'its last run failed' },
  },
  {
    when: 'it is a Job whose configuration changed',
    desired: JOB,
    live: object('Job', { labels: OURS }, { spec: jobSpec('0'), status: condition('Complete') }),
    look: {
      ask: 'replacement',
      reason: 'its configuration changed, which a Job reads only when it starts',
    },
  },
  {
    when: 'it is a Job that succeeded',
    desired: JOB,
    live: object('Job', { labels: OURS }, { spec: jobSpec('1'), status: condition('Complete') }),
    look: { ask: 'dry-run' },
  },
  {
    when: 'it is a finished pod that differs',
    desired: POD,
    live: object('Pod', { labels: OURS }, { status: { phase: 'Succeeded' } }),
    look: { ask: 'replacement', reason: 'its run is over' },
  },
])('the first look decides $look when $when', ({ live, look, desired = DESIRED, ...options }) => {
  const result = firstLook(desired, live, { set: SET, isMember: false, adopt: false, ...options })
  expect(result).toMatchObject(look)
})

test('a dry run that changes nothing leaves the object alone', () => {
  const live = object('ConfigMap', { labels: OURS, ...MANAGED }, { data: { a: '1' } })
  expect(afterDryRun(DESIRED, live, live, { adopt: false, healed: [] }).action).toBe('unchanged')
})

test('a plan that would do the same has the same id, whatever the resource version', () => {
  const live = object('ConfigMap', { uid: '1', resourceVersion: '5' })
  const later = object('ConfigMap', { uid: '1', resourceVersion: '6' })
  const id = (one: KubeObject) => planOf([entry(DESIRED, 'unchanged', { live: one })]).id
  expect(id(live)).toBe(id(later))
  expect(id(live)).not.toBe(planOf([entry(DESIRED, 'create')]).id)
})

test.for(['create', 'configure', 'recreate', 'adopt'] as const)(
  'the id of a plan to %s covers all that is written',
  (action) => {
    const id = (one: KubeObject) => planOf([entry(one, action)]).id
    const other = object('ConfigMap', { labels: OURS }, { data: { a: '2' } })
    expect(id(DESIRED)).toBe(id({ ...DESIRED }))
    expect(id(DESIRED)).not.toBe(id(other))
  },
)

test('counts are read in the order of what matters', () => {
  const counts = countActions(['unchanged', 'create', 'unchanged', 'prune'])
  expect(Object.entries(counts)).toEqual([
    ['create', 1],
    ['prune', 1],
    ['unchanged', 2],
  ])
})

function change(after: string) {
  return [{ path: '.data.a', before: '1', after }]
}

test('what only the API server changed is the same decision; another change is not', () => {
  const live = object('ConfigMap', { uid: '1', resourceVersion: '5' })
  const later = object('ConfigMap', { uid: '1', resourceVersion: '6' })
  const before = entry(DESIRED, 'configure', { live, changes: change('2') })
  expect(
    isSameDecision(before, entry(DESIRED, 'configure', { live: later, changes: change('2') })),
  ).toBe(true)
  expect(
    isSameDecision(before, entry(DESIRED, 'configure', { live: later, changes: change('3') })),
  ).toBe(false)
  const reborn = object('ConfigMap', { uid: '2' })
  expect(
    isSameDecision(before, entry(DESIRED, 'configure', { live: reborn, changes: change('2') })),
  ).toBe(false)
})

test('a removal that did not happen is found in the answer', () => {
  const live = object('ConfigMap', {}, { data: { a: '1', old: '2' }, spec: { x: 1 } })
  const changes = [
    { path: '.data.old', before: '2' },
    { path: '.spec.x', before: 1 },
  ]
  const planned = entry(DESIRED, 'configure', { live, changes })
  expect(
    keptFields(planned, object('ConfigMap', {}, { data: { a: '1' }, spec: { x: 1 } })),
  ).toEqual(['.spec.x'])
  expect(keptFields(planned, object('ConfigMap', {}, { data: { a: '1' } }))).toEqual([])
})

function managed(fieldsV1: Fields) {
  return { managedFields: [{ manager: 'keyless-cosmos', operation: 'Apply', fieldsV1 }] }
}

test('a field that is given up and stays is named in the plan', () => {
  const tree = { ...OWNED, 'f:spec': { 'f:x': {} } }
  const fields = { data: { a: '1' }, spec: { x: 1 } }
  const live = object('ConfigMap', { labels: OURS, ...managed(tree) }, fields)
  const answer = object('ConfigMap', { labels: OURS, ...managed(OWNED) }, fields)
  expect(afterDryRun(DESIRED, live, answer, { adopt: false, healed: [] })).toMatchObject({
    action: 'configure',
    reason: 'field ownership only; .spec.x stays: a default, or a field that cannot change',
  })
})
