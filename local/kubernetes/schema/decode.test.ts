import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../object.ts'
import { structShape } from '../resources/builtin.ts'
import { catalog } from './catalog.ts'
import { decode, DecodeProblem } from './decode.ts'
import { shapeOf } from './shape.ts'
import type { MapShape } from './shape.ts'

const CONTAINER = structShape('io.k8s.api.core.v1.Container')
const POD_SPEC = structShape('io.k8s.api.core.v1.PodSpec')
const CONFIG_MAP = structShape('io.k8s.api.core.v1.ConfigMap')
const DEPLOYMENT = structShape('io.k8s.api.apps.v1.Deployment')

describe('what Go’s decoder and encoder leave of a value', () => {
  test.for([
    { what: 'false where there is no pointer', raw: { hostNetwork: false }, left: {} },
    {
      what: 'false behind a pointer',
      raw: { shareProcessNamespace: false },
      left: { shareProcessNamespace: false },
    },
    { what: 'an empty list', raw: { tolerations: [] }, left: {} },
    { what: 'an empty map', raw: { nodeSelector: {} }, left: {} },
    { what: 'an empty text', raw: { hostname: '' }, left: {} },
    {
      what: 'an empty structure behind a pointer',
      raw: { securityContext: {} },
      left: { securityContext: {} },
    },
    { what: 'null', raw: { securityContext: null, nodeSelector: null }, left: {} },
  ])('$what', ({ raw, left }) => {
    expect(decode(raw, POD_SPEC).value).toEqual({ ...left, containers: null })
  })

  test('a structure without pointer is there even if nobody wrote it', () => {
    expect(decode({ name: 'a' }, CONTAINER).value).toEqual({ name: 'a', resources: {} })
  })

  test('a key may be called as what every object inherits', () => {
    const text = '{"data":{"__proto__":"a","constructor":"b"}}'
    const { value } = decode(JSON.parse(text) as JsonObject, CONFIG_MAP)
    expect(JSON.stringify(value['data'])).toBe('{"__proto__":"a","constructor":"b"}')
  })

  test('a null in a map of Go is the zero value', () => {
    expect(decode({ data: { a: null } }, CONFIG_MAP).value).toMatchObject({ data: { a: '' } })
  })
})

test('unknown fields are dropped and named, with the index of their list', () => {
  const { value, unknown } = decode(
    { containers: [{ name: 'a', imagee: 'b', env: [{ nam: 'x' }] }], nope: 1 },
    POD_SPEC,
  )
  expect(unknown).toEqual(['containers[0].imagee', 'containers[0].env[0].nam', 'nope'])
  expect(value).not.toHaveProperty('nope')
})

describe('a value of the wrong type is refused in Go’s words', () => {
  test.for([
    {
      raw: { spec: { replicas: 'three' } },
      sentence:
        'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    },
    {
      raw: { spec: { replicas: 1.5 } },
      sentence:
        'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    },
    {
      raw: { metadata: { labels: { a: 1 } } },
      sentence:
        'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    },
    {
      raw: { spec: { template: { spec: { containers: {} } } } },
      sentence:
        'json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
    },
  ])('$sentence', ({ raw, sentence }) => {
    expect(() => decode(raw, DEPLOYMENT)).toThrow(new DecodeProblem(sentence))
  })
})

test('a custom resource keeps what its schema will judge', () => {
  const shape = shapeOf(
    {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    catalog,
  ) as MapShape
  const raw = { size: 'big', free: { any: [1, { thing: true }] }, gone: 1 }
  expect(decode(raw, shape)).toEqual({
    value: { size: 'big', free: { any: [1, { thing: true }] } },
    unknown: ['gone'],
  })
})
