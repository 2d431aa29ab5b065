import { expect, test } from 'vitest'
import { BUILT_IN_KINDS, findKind } from './kinds.ts'
import type { ObjectRef } from './object.ts'
import { byCollection, permissionsOf, rolesFor } from './permissions.ts'
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
