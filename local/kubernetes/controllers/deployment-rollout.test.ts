import { expect, test } from 'vitest'
import {
  newSetReplicas,
  rolloutBounds,
  scaleProportionally,
  shrinkOldSets,
} from './deployment-rollout.ts'
import type { Deployment, ReplicaSet } from './workloads.ts'

const template = { spec: { containers: [] } }
const selector = {}

function deployment(
  replicas: number,
  rollingUpdate: object = {},
  type = 'RollingUpdate',
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas, selector, template, strategy: { type, rollingUpdate } },
  }
}

/** A ReplicaSet of a size, of which so many pods are available. */
function set(name: string, replicas: number, availableReplicas: number, max?: number): ReplicaSet {
  const annotations = max ? { 'deployment.kubernetes.io/max-replicas': String(max) } : {}
  const creationTimestamp = `2026-11-23T10:00:0${name.length}Z`
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, annotations, creationTimestamp },
    spec: { replicas, selector, template },
    status: { replicas, availableReplicas },
  }
}

test.for([
  { replicas: 4, rolling: {}, bounds: { surge: 1, unavailable: 1 } },
  { replicas: 1, rolling: {}, bounds: { surge: 1, unavailable: 0 } },
  {
    replicas: 10,
    rolling: { maxSurge: '25%', maxUnavailable: '25%' },
    bounds: { surge: 3, unavailable: 2 },
  },
  {
    replicas: 3,
    rolling: { maxSurge: 0, maxUnavailable: '10%' },
    bounds: { surge: 0, unavailable: 1 },
  },
  {
    replicas: 2,
    rolling: { maxSurge: 0, maxUnavailable: 5 },
    bounds: { surge: 0, unavailable: 2 },
  },
  { replicas: 0, rolling: {}, bounds: { surge: 0, unavailable: 0 } },
])('$replicas replicas with $rolling may differ by $bounds', ({ replicas, rolling, bounds }) => {
  expect(rolloutBounds(deployment(replicas, rolling))).toEqual(bounds)
})

test.for([
  { when: 'it is new', sets: [set('old', 4, 4)], now: undefined, to: 1 },
  { when: 'there is no room', sets: [set('old', 4, 4), set('new', 1, 0)], now: 1, to: 1 },
  { when: 'the old one shrank', sets: [set('old', 2, 2), set('new', 1, 1)], now: 1, to: 3 },
  { when: 'it needs no more', sets: [set('new', 3, 3)], now: 3, to: 4 },
])('the new set of four goes to $to when $when', ({ sets, now, to }) => {
  const newSet = now === undefined ? undefined : sets.at(-1)
  expect(newSetReplicas(deployment(4), sets, newSet)).toBe(to)
})

test('Recreate makes all of the new set at once', () => {
  expect(newSetReplicas(deployment(4, {}, 'Recreate'), [], undefined)).toBe(4)
})

test.for([
  {
    when: 'nothing new is available yet',
    old: [set('a', 4, 4)],
    fresh: set('new', 1, 0),
    to: { a: 3 },
  },
  { when: 'the minimum is held by all', old: [set('a', 3, 3)], fresh: set('new', 2, 0), to: {} },
  { when: 'a new pod came up', old: [set('a', 3, 3)], fresh: set('new', 2, 1), to: { a: 2 } },
  {
    when: 'old pods are broken: those go first, oldest set first',
    old: [set('a', 2, 0), set('ab', 2, 2)],
    fresh: set('new', 1, 1),
    to: { a: 0 },
  },
  { when: 'the new set is complete', old: [set('a', 1, 1)], fresh: set('new', 4, 4), to: { a: 0 } },
])('old sets of four shrink when $when', ({ old, fresh, to }) => {
  const scales = shrinkOldSets(deployment(4), fresh, old)
  expect(
    Object.fromEntries(scales.map(({ set, replicas }) => [set.metadata.name, replicas])),
  ).toEqual(to)
})

test.for([
  { to: 20, sizes: { old: 15, newer: 10 } },
  { to: 5, sizes: { old: 4, newer: 3 } },
  { to: 0, sizes: { old: 0, newer: 0 } },
])('scaling ten to $to in a rollout gives each set its share', ({ to, sizes }) => {
  const sets = [set('newer', 5, 5, 13), set('old', 8, 8, 13)]
  const scales = scaleProportionally(deployment(to), sets)
  expect(
    Object.fromEntries(scales.map(({ set, replicas }) => [set.metadata.name, replicas])),
  ).toEqual(sizes)
})
