import { expect, test } from 'vitest'
import { inventoryObject, isSameInventory, membersOf, unionOf } from './inventory.ts'
import { objectSet } from './ownership.ts'

const SET = objectSet('test', 'ns')
const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'a', uid: '1' }
const ROLE = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  namespace: 'other',
  name: 'system:b',
  uid: '2',
}

test('what was written is read again', () => {
  const members = membersOf(inventoryObject(SET, [POD, ROLE]))
  expect(isSameInventory(members, [ROLE, POD])).toBe(true)
})

test('it carries the annotations of an ApplySet parent', () => {
  expect(inventoryObject(SET, [POD, ROLE]).metadata).toMatchObject({
    name: 'inventory-test',
    labels: { 'applyset.kubernetes.io/id': SET.id },
    annotations: {
      'applyset.kubernetes.io/contains-group-kinds': 'Pod,Role.rbac.authorization.k8s.io',
      'applyset.kubernetes.io/additional-namespaces': 'other',
    },
  })
})

test('the union keeps the UIDs that are known, adds what is new, and says what is asked for now', () => {
  const desired = ['a', 'b'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ns' },
  }))
  const digest = expect.stringMatching(/^[0-9a-f]{16}$/)
  const union = unionOf([ROLE, { ...POD, digest: 'older' }], desired)
  expect(union).toEqual([
    ROLE,
    { ...POD, digest },
    { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'b', digest },
  ])
  expect(isSameInventory(membersOf(inventoryObject(SET, union)), union)).toBe(true)
})

test('two environments in one namespace are two sets', () => {
  expect(objectSet('a', 'ns').id).not.toBe(objectSet('b', 'ns').id)
  expect(objectSet('a', 'ns').id).toMatch(/^applyset-[A-Za-z0-9_-]{43}-v1$/)
})

test('no inventory is an empty one', () => {
  expect(membersOf(undefined)).toEqual([])
})
