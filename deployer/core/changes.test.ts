import { expect, test } from 'vitest'
import { changesBetween, restatedChanges, statedChanges } from './changes.ts'
import type { Fields, KubeObject } from './object.ts'

function object(fields: Fields, kind = 'X'): KubeObject {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name: 'x', resourceVersion: String(Math.random()) },
    ...fields,
  }
}

test.for([
  {
    when: 'a value changes',
    before: { a: { b: 1 } },
    after: { a: { b: 2 } },
    changes: [{ path: '.a.b', before: 1, after: 2 }],
  },
  { when: 'a value comes', before: {}, after: { a: 1 }, changes: [{ path: '.a', after: 1 }] },
  { when: 'a value goes', before: { a: 1 }, after: {}, changes: [{ path: '.a', before: 1 }] },
  {
    when: 'a key has dots',
    before: { m: { 'x/y.z': 1 } },
    after: { m: { 'x/y.z': 2 } },
    changes: [{ path: '.m["x/y.z"]', before: 1, after: 2 }],
  },
  {
    when: 'a named item changes',
    before: {
      env: [
        { name: 'a', value: '1' },
        { name: 'b', value: '1' },
      ],
    },
    after: {
      env: [
        { name: 'c', value: '0' },
        { name: 'a', value: '2' },
        { name: 'b', value: '1' },
      ],
    },
    changes: [
      { path: '.env[name=a].value', before: '1', after: '2' },
      { path: '.env[name=c]', after: { name: 'c', value: '0' } },
    ],
  },
  { when: 'only the status changes', before: { status: 1 }, after: { status: 2 }, changes: [] },
])('the changes are leaves when $when', ({ before, after, changes }) => {
  expect(changesBetween(object(before), object(after))).toEqual(changes)
})

test('values of a Secret never show, nor that two of them are equal', () => {
  const before = object({ data: { password: 'aHVudGVyMg==' } }, 'Secret')
  const after = object({ data: { password: 'c2VjcmV0', user: 'bWU=' } }, 'Secret')
  const text = JSON.stringify(changesBetween(before, after))
  expect(text).toContain('.data.password')
  for (const value of ['aHVudGVyMg==', 'c2VjcmV0', 'bWU=']) expect(text).not.toContain(value)
})

test('what a rendered object does not state is not a change', () => {
  const live = object({
    spec: { nodeName: 'n', containers: [{ name: 'w', image: 'a', tty: false }] },
  })
  const desired = object({ spec: { containers: [{ name: 'w', image: 'b' }] } })
  expect(statedChanges(live, desired)).toEqual([
    { path: '.spec.containers[name=w].image', before: 'a', after: 'b' },
  ])
})

test('what we stated before and do not state any more is a change of a replacement', () => {
  const fieldsV1 = {
    'f:metadata': { 'f:labels': { 'f:tier': {} } },
    'f:spec': {
      'f:containers': {
        'k:{"name":"w"}': { '.': {}, 'f:name': {} },
        'k:{"name":"x"}': { '.': {} },
      },
      'f:hostname': {},
    },
  }
  const live = object({
    metadata: {
      name: 'x',
      labels: { tier: 'a', theirs: 'b' },
      managedFields: [{ manager: 'keyless-cosmos', operation: 'Apply', fieldsV1 }],
    },
    spec: { nodeName: 'n', hostname: 'h', containers: [{ name: 'x' }, { name: 'w', image: 'a' }] },
  })
  const desired = object({
    metadata: { name: 'x', labels: { part: 'c' } },
    spec: { containers: [{ name: 'w' }] },
  })
  expect(restatedChanges(live, desired)).toEqual([
    { path: '.metadata.labels.part', after: 'c' },
    { path: '.metadata.labels.tier', before: 'a' },
    { path: '.spec.containers[name=x]', before: { name: 'x' } },
    { path: '.spec.hostname', before: 'h' },
  ])
})

function claim(storage: string, rest: object = {}) {
  return { ...rest, metadata: { name: 'data' }, spec: { resources: { requests: { storage } } } }
}

test('claim templates are compared by the names in their metadata', () => {
  const live = object({ spec: { volumeClaimTemplates: [claim('1Gi', { kind: 'X' })] } })
  const desired = object({ spec: { volumeClaimTemplates: [claim('2Gi')] } })
  const path = '.spec.volumeClaimTemplates[name=data].spec.resources.requests.storage'
  expect(restatedChanges(live, desired)).toEqual([{ path, before: '1Gi', after: '2Gi' }])
})
