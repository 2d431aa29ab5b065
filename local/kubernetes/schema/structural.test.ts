import { expect, test } from 'vitest'
import { applySchemaDefaults, validateBySchema } from './structural.ts'

const SCHEMA = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 5 },
        mode: { type: 'string', enum: ['fast', 'slow'], default: 'fast' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 4 },
        note: { type: 'string', nullable: true },
        parts: {
          type: 'array',
          items: { type: 'object', properties: { weight: { type: 'integer', default: 1 } } },
        },
        port: { 'x-kubernetes-int-or-string': true },
        map: { type: 'object', additionalProperties: { type: 'integer' } },
      },
    },
  },
}

function problems(spec: unknown): readonly string[] {
  const object = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: {}, spec }
  return validateBySchema(object, SCHEMA).map(({ field, message }) => `${field}: ${message}`)
}

test.for([
  {
    when: 'everything fits',
    spec: { size: 3, note: null, port: 'http', map: { a: 1 } },
    found: [],
  },
  { when: 'a field is missing', spec: {}, found: ['spec.size: Required value'] },
  {
    when: 'a number is too large',
    spec: { size: 9 },
    found: ['spec.size: Invalid value: 9: spec.size in body should be less than or equal to 5'],
  },
  {
    when: 'a choice is not offered',
    spec: { size: 1, mode: 'odd' },
    found: ['spec.mode: Unsupported value: "odd": supported values: "fast", "slow"'],
  },
  {
    when: 'a text is too long, which is all that is said of it',
    spec: { size: 1, name: 'TOO LONG' },
    found: ['spec.name: Too long: may not be more than 4 bytes'],
  },
  {
    when: 'a type is wrong',
    spec: { size: 'big' },
    found: [
      'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    ],
  },
  {
    when: 'a value of a map is wrong',
    spec: { size: 1, map: { a: 'x' } },
    found: [
      'spec.map.a: Invalid value: "string": spec.map.a in body must be of type integer: "string"',
    ],
  },
])('a custom resource is judged when $when', ({ spec, found }) => {
  expect(problems(spec)).toEqual(found)
})

test('defaults come in where the parent is, and replace a null that may not be there', () => {
  const object = { spec: { mode: null, note: null, name: null, parts: [{}, { weight: 7 }] } }
  applySchemaDefaults(object, SCHEMA)
  expect(object).toEqual({
    spec: { mode: 'fast', note: null, parts: [{ weight: 1 }, { weight: 7 }] },
  })
})
