import { expect, test } from 'vitest'
import { BUILT_IN_KINDS, findKind } from './kinds.ts'
import type { ObjectRef } from './object.ts'
import { byCollection, openPermissions, permissionsOf, rolesFor } from './permissions.ts'
import type { Action, Plan } from './plan.ts'

const INVENTORY = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name: 'inventory' }

function kindOf(ref: ObjectRef) {
  const kind = findKind(BUILT_IN_KINDS, ref)
  if (!kind) throw new TypeError(ref.kind)
  return kind
}

function plan(...entries: readonly (readonly [Action, string, string?])[]): Plan {
  return {
    id: 'x',
    entries: entries.map(([action, kind, apiVersion = 'v1'], index) => ({
      action,
      ref: {
        apiVersion,
        kind,
        name: `x${index}`,
        ...(kind === 'Namespace' ? {} : { namespace: 'ns' }),
      },
      changes: [],
    })),
  }
}

test('a plan that writes nothing needs nothing', () => {
  expect(permissionsOf(plan(['unchanged', 'Pod'], ['skip', 'Pod']), INVENTORY, kindOf)).toEqual([])
})

test('objects of one kind and namespace are one question per verb', () => {
  const needed = permissionsOf(
    plan(['create', 'ConfigMap'], ['create', 'ConfigMap']),
    INVENTORY,
    kindOf,
  )
  expect(byCollection(needed).map(([first, ...rest]) => [first.verb, rest.length])).toEqual([
    ['create', 2],
    ['patch', 2],
  ])
})

test('the missing roles hold what the plan needs and nothing else', () => {
  const needed = permissionsOf(
    plan(['create', 'Namespace'], ['configure', 'Deployment', 'apps/v1'], ['prune', 'Secret']),
    INVENTORY,
    kindOf,
  )
  expect(rolesFor(needed)).toMatchObject([
    { kind: 'ClusterRole', rules: [{ resources: ['namespaces'], verbs: ['create', 'patch'] }] },
    {
      kind: 'Role',
      metadata: { namespace: 'ns' },
      rules: [
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] },
        { apiGroups: [''], resources: ['secrets'], verbs: ['delete', 'list', 'watch'] },
        { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'patch'] },
      ],
    },
  ])
})

test('what a dry run has passed is not asked again, and the inventory only behind a namespace', () => {
  expect(needed(tried(plan(['create', 'Secret'], ['configure', 'ConfigMap'])))).toEqual([])
  expect(needed(plan(['configure', 'Secret']))).toEqual(['patch secrets'])
  expect(needed(tried(plan(['recreate', 'Pod'])))).toContain('delete pods')
  expect(needed(tried(plan(['create', 'Namespace'])))).toEqual([
    'create configmaps',
    'patch configmaps',
  ])
})

function tried(made: Plan): Plan {
  return { ...made, entries: made.entries.map((one) => ({ ...one, isTried: true })) }
}

function needed(made: Plan): readonly string[] {
  return openPermissions(made, INVENTORY, kindOf).map(
    ({ verb, kind }) => `${verb} ${kind.resource}`,
  )
}
