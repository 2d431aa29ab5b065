import { expect, test } from 'vitest'
import { addedKeys } from './added-keys.ts'
import type { KubeObject } from './object.ts'
import { FIELD_MANAGER } from './ownership.ts'

function object(kind: string, rest: object, owned: object = {}): KubeObject {
  const managedFields = [{ manager: 'kubectl-patch', operation: 'Update', fieldsV1: { ...owned } }]
  return { apiVersion: 'v1', kind, metadata: { name: 'x', managedFields }, ...rest }
}

test.for([
  {
    when: 'nothing was added',
    desired: object('ConfigMap', { data: { a: '1' } }),
    live: object('ConfigMap', { data: { a: '2' } }),
    says: undefined,
  },
  {
    when: 'somebody added keys',
    desired: object('ConfigMap', { data: { a: '1' } }),
    live: object(
      'ConfigMap',
      { data: { a: '1', b: '2' }, binaryData: { 'c.bin': 'AA==' } },
      { 'f:data': { 'f:b': {} }, 'f:binaryData': { 'f:c.bin': {} } },
    ),
    says: 'also has .data.b, .binaryData["c.bin"] of kubectl-patch',
  },
  {
    when: 'a Secret has what was written as stringData',
    desired: object('Secret', { stringData: { a: '1' } }),
    live: object('Secret', { data: { a: 'MQ==' } }),
    says: undefined,
  },
  {
    when: 'it is our own of an earlier deploy',
    desired: object('ConfigMap', { data: {} }),
    live: {
      ...object('ConfigMap', { data: { old: '1' } }),
      metadata: {
        name: 'x',
        managedFields: [
          { manager: FIELD_MANAGER, operation: 'Apply', fieldsV1: { 'f:data': { 'f:old': {} } } },
        ],
      },
    },
    says: undefined,
  },
  {
    when: 'nobody is named',
    desired: object('Secret', {}),
    live: object('Secret', { data: { a: 'MQ==' } }, { 'f:type': {} }),
    says: 'also has .data.a of others',
  },
  {
    when: 'the kind is read by its fields, not as a whole',
    desired: object('Service', {}),
    live: object('Service', { data: { a: '1' } }),
    says: undefined,
  },
])('what others added is "$says" when $when', ({ desired, live, says }) => {
  expect(addedKeys(desired, live)).toBe(says)
})
