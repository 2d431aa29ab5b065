import { expect, test } from 'vitest'
import { isApplied } from './managed-fields.ts'
import type { Fields, KubeObject } from './object.ts'

function live(fields: Fields, owned: Fields): KubeObject {
  const managedFields = [{ manager: 'keyless-cosmos', operation: 'Apply', fieldsV1: owned }]
  return {
    apiVersion: 'v1',
    kind: 'X',
    ...fields,
    metadata: { name: 'x', uid: '1', managedFields },
  }
}

function desired(fields: Fields): KubeObject {
  return { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, ...fields }
}

const DATA_A = { 'f:data': { '.': {}, 'f:a': {} } }

test.for([
  {
    when: 'every stated field is live and ours',
    wanted: { data: { a: '1' } },
    found: { data: { a: '1', theirs: '2' } },
    owned: DATA_A,
    applied: true,
  },
  {
    when: 'a value was changed behind our back',
    wanted: { data: { a: '1' } },
    found: { data: { a: '2' } },
    owned: DATA_A,
    applied: false,
  },
  {
    when: 'we own a field that is stated no more',
    wanted: { data: { a: '1' } },
    found: { data: { a: '1', b: '2' } },
    owned: { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } },
    applied: false,
  },
  {
    when: 'a stated field has the right value but is not ours',
    wanted: { data: { a: '1', b: '2' } },
    found: { data: { a: '1', b: '2' } },
    owned: DATA_A,
    applied: false,
  },
  {
    when: 'list items are matched by key in any order',
    wanted: {
      items: [
        { name: 'b', v: 2 },
        { name: 'a', v: 1 },
      ],
    },
    found: { items: [{ name: 'a', v: 1, extra: true }, { name: 'c' }, { name: 'b', v: 2 }] },
    owned: {
      'f:items': {
        'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:v': {} },
        'k:{"name":"b"}': { '.': {}, 'f:name': {}, 'f:v': {} },
      },
    },
    applied: true,
  },
  {
    when: 'a key of a list item was defaulted by the API server',
    wanted: { ports: [{ port: 80 }] },
    found: { ports: [{ port: 80, protocol: 'TCP' }] },
    owned: { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
    applied: true,
  },
  {
    when: 'a key of a list item was stated and is left to its default now',
    wanted: { ports: [{ port: 53 }] },
    found: { ports: [{ port: 53, protocol: 'UDP' }] },
    owned: {
      'f:ports': {
        'k:{"port":53,"protocol":"UDP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} },
      },
    },
    applied: false,
  },
  {
    when: 'a list item that was ours is stated no more',
    wanted: { items: [{ name: 'a' }] },
    found: { items: [{ name: 'a' }, { name: 'b' }] },
    owned: {
      'f:items': {
        'k:{"name":"a"}': { '.': {}, 'f:name': {} },
        'k:{"name":"b"}': { '.': {}, 'f:name': {} },
      },
    },
    applied: false,
  },
  {
    when: 'values of a set are all there',
    wanted: { finalizers: ['x', 'y'] },
    found: { finalizers: ['y', 'z', 'x'] },
    owned: { 'f:finalizers': { 'v:"x"': {}, 'v:"y"': {} } },
    applied: true,
  },
  {
    when: 'an atomic list has another order',
    wanted: { drop: ['A', 'B'] },
    found: { drop: ['B', 'A'] },
    owned: { 'f:drop': {} },
    applied: false,
  },
  {
    when: 'a field reference was completed by its default version',
    wanted: { fieldRef: { fieldPath: 'metadata.name' } },
    found: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
    owned: { 'f:fieldRef': {} },
    applied: true,
  },
])('an object is applied = $applied when $when', ({ wanted, found, owned, applied }) => {
  expect(isApplied(desired(wanted), live(found, owned))).toBe(applied)
})

test('an object that only other managers wrote is not applied', () => {
  const object = live({ data: { a: '1' } }, DATA_A)
  const managedFields = [{ manager: 'kubectl', operation: 'Update', fieldsV1: DATA_A }]
  const theirs = { ...object, metadata: { ...object.metadata, managedFields } }
  expect(isApplied(desired({ data: { a: '1' } }), theirs)).toBe(false)
})
