import { expect, test } from 'vitest'
import { BUILT_IN_KINDS, collectionPath, findKind } from './kinds.ts'
import { inApplyOrder, inRanks } from './order.ts'
import type { ObjectRef } from './object.ts'

function ref(kind: string, name = 'x'): ObjectRef {
  return { apiVersion: 'v1', kind, name, namespace: 'ns' }
}

test('what others need at their admission comes first, webhooks last, unknown kinds before them', () => {
  const kinds = [
    'ValidatingWebhookConfiguration',
    'Widget',
    'Pod',
    'ConfigMap',
    'ServiceAccount',
    'Namespace',
  ]
  const sorted = inApplyOrder(
    kinds.map((kind) => ref(kind)),
    (one) => one,
  ).map(({ kind }) => kind)
  expect(sorted).toEqual(kinds.toReversed())
})

test.for([
  { first: 'RuntimeClass', next: 'Pod', why: 'a pod is refused without its class' },
  { first: 'PersistentVolume', next: 'PersistentVolumeClaim', why: 'a bound volume does not go' },
  { first: 'IngressClass', next: 'Ingress', why: 'the class says whose it is' },
])('$first comes before $next, and goes after it: $why', ({ first, next }) => {
  const ranks = inRanks([ref(next), ref(first)], (one) => one)
  expect(ranks.map((rank) => rank.map(({ kind }) => kind))).toEqual([[first], [next]])
})

test('a rank holds what may go side by side', () => {
  const ranks = inRanks([ref('Pod'), ref('ConfigMap', 'b'), ref('ConfigMap', 'a')], (one) => one)
  expect(ranks.map((rank) => rank.map(({ name }) => name))).toEqual([['a', 'b'], ['x']])
})

test.for([
  { apiVersion: 'v1', kind: 'Pod', path: '/api/v1/namespaces/ns/pods' },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    path: '/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies',
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    path: '/apis/networking.k8s.io/v1/namespaces/ns/ingresses',
  },
  { apiVersion: 'v1', kind: 'Namespace', path: '/api/v1/namespaces' },
])('$kind is served at $path', ({ apiVersion, kind, path }) => {
  const found = findKind(BUILT_IN_KINDS, { apiVersion, kind })
  expect(found && collectionPath(found, found.namespaced ? 'ns' : undefined)).toBe(path)
})
