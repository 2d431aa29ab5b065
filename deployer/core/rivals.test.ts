import { expect, test } from 'vitest'
import type { KubeObject } from './object.ts'
import { rivalsOf } from './rivals.ts'

function object(spec: object, managedFields: KubeObject['metadata']['managedFields'] = []) {
  return { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', managedFields }, spec }
}

function owner(manager: string, field: string) {
  const operation = manager === 'keyless-cosmos' ? 'Apply' : 'Update'
  return { manager, operation, apiVersion: 'v1', fieldsV1: { 'f:spec': { [`f:${field}`]: {} } } }
}

function refused(field: string, message = '') {
  return { details: { causes: [{ reason: 'FieldValueForbidden', field, message }] } }
}

test.for([
  { who: 'people', by: ['kubectl-edit'], found: ['kubectl-edit'] },
  { who: 'nobody, as a default of before,', by: [], found: [] },
])('a named field that is not stated and is of $who is a rival', ({ by, found }) => {
  const live = object(
    { b: 1 },
    by.map((manager) => owner(manager, 'b')),
  )
  expect(rivalsOf(live, object({ a: 1 }), refused('spec.b'))).toEqual([
    { steps: ['f:spec', 'f:b'], path: '.spec.b', managers: found },
  ])
})

test.for([
  { what: 'a field that is ours alone', live: object({ b: 1 }, [owner('keyless-cosmos', 'b')]) },
  { what: 'a field that is not there', live: object({}) },
])('$what is none', ({ live }) => {
  expect(rivalsOf(live, object({ a: 1 }), refused('spec.b'))).toEqual([])
})

test('where ours is named, what the message quotes is meant, else what is of its sort', () => {
  const live = object({ b: 1, c: {} }, [owner('kubectl-set', 'b'), owner('kubectl-set', 'c')])
  const desired = object({ a: {} })
  const paths = (message: string) =>
    rivalsOf(live, desired, refused('spec.a', message)).map(({ path }) => path)
  expect(paths('may not be specified when `b` is not empty')).toEqual(['.spec.b'])
  expect(paths('may not specify more than 1')).toEqual(['.spec.c'])
})
