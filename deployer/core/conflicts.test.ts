import { expect, test } from 'vitest'
import { conflictLines, conflictsOf, isHandEdit, isOnlyImmutability } from './conflicts.ts'

const CONFLICT = {
  reason: 'Conflict',
  details: {
    causes: [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl-edit" using v1',
        field: '.data.a',
      },
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "hpa" using apps/v1',
        field: '.spec.replicas',
      },
    ],
  },
}

test('a conflict names manager and field as the API server does', () => {
  expect(conflictsOf(CONFLICT)).toEqual([
    { manager: 'kubectl-edit', path: '.data.a' },
    { manager: 'hpa', path: '.spec.replicas' },
  ])
  expect(conflictsOf(CONFLICT).map(isHandEdit)).toEqual([true, false])
})

function refusal(...messages: readonly string[]) {
  return { details: { causes: messages.map((message) => ({ message })) } }
}

test.for([
  {
    when: 'the one cause is an immutable field',
    status: refusal('Invalid value: "x": field is immutable'),
    only: true,
  },
  {
    when: 'a pod may not change so',
    status: refusal(
      'Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
    ),
    only: true,
  },
  {
    when: 'a stateful set may not change so',
    status: refusal(
      "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden",
    ),
    only: true,
  },
  {
    when: 'a Service keeps its address',
    status: refusal('Invalid value: ["None"]: may not change once set'),
    only: true,
  },
  {
    when: 'a class keeps its parameters',
    status: refusal('Forbidden: updates to parameters are forbidden.'),
    only: true,
  },
  {
    when: 'another cause would also meet the replacement',
    status: refusal('field is immutable', 'Required value'),
    only: false,
  },
  { when: 'the refusal has no causes', status: { message: 'field is immutable' }, only: false },
])('a replacement is allowed = $only when $when', ({ status, only }) => {
  expect(isOnlyImmutability(status)).toBe(only)
})

test.for([
  { kind: 'ConfigMap', says: '.data.a is owned by "other": live "1", manifest "2"' },
  { kind: 'Secret', says: '.data.a is owned by "other": live "***", manifest "***"' },
])('a conflict about a $kind says $says', ({ kind, says }) => {
  const object = (a: string) => ({ apiVersion: 'v1', kind, metadata: { name: 'x' }, data: { a } })
  const conflict = { manager: 'other', path: '.data.a' }
  expect(conflictLines(object('2'), object('1'), [conflict])).toEqual([
    `${kind}/x: apply refused (FieldManagerConflict): ${says}`,
  ])
})
