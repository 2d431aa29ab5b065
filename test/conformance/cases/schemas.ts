import { create, get } from '../case.ts'
import type { Case, Step } from '../case.ts'

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const GADGETS = '/apis/$NS.example.com/v1/namespaces/$NS/gadgets'
const SAID = { only: ['message', 'details', 'reason', 'code'] }

function definition(spec: object, version = 'v1'): object {
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.$NS.example.com' },
    spec: {
      group: '$NS.example.com',
      scope: 'Namespaced',
      names: { plural: 'gadgets', kind: 'Gadget' },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  }
}

function refused(properties: object): Step {
  return create(`${DEFINITIONS}?dryRun=All`, definition({ type: 'object', properties }), SAID)
}

const SPEC = {
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^a', minLength: 1, maxLength: 3, enum: ['a', 'ab'] },
    list: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string' } },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    byKey: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', required: ['k'], properties: { k: { type: 'string' } } },
    },
    port: { 'x-kubernetes-int-or-string': true },
    few: { type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: true },
  },
}

function gadget(parts: object): object {
  return { apiVersion: '$NS.example.com/v1', kind: 'Gadget', metadata: { name: 'x' }, ...parts }
}

export const SCHEMA_CASES: readonly Case[] = [
  {
    name: 'schema: a definition that is not structural',
    steps: [
      refused({ a: {} }),
      refused({ a: { type: 'objekt' } }),
      refused({ a: { type: 'array' } }),
      refused({ a: { type: 'array', items: {} } }),
      refused({ a: { type: 'string', default: 5 } }),
      refused({ a: { type: 'string', $ref: '#/x' } }),
      refused({
        a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } },
      }),
      create(`${DEFINITIONS}?dryRun=All`, definition({ type: 'object' }, 'V1'), SAID),
    ],
  },
  {
    name: 'schema: counts, repetitions and types',
    bare: true,
    steps: [
      create(DEFINITIONS, definition(SPEC), { silent: true }),
      get('/apis/$NS.example.com/v1', {
        until: { status: 200, says: /gadgets/ },
        only: ['kind'],
      }),
      ...[
        { name: 'abcd' },
        { name: '' },
        { list: [] },
        { list: ['a', 'b', 'c'] },
        { set: ['a', 'a'] },
        { byKey: [{ k: 'a' }, { k: 'a' }] },
        { port: true },
        { few: {} },
        { few: { a: 1, b: 2 } },
      ].map((spec) => create(`${GADGETS}?dryRun=All`, gadget({ spec }), SAID)),
      create(`${GADGETS}?dryRun=All`, { metadata: { name: 'x' } }, SAID),
      create(`${GADGETS}?dryRun=All`, gadget({ kind: 'Widget' }), SAID),
      create(`${GADGETS}?dryRun=All`, gadget({ apiVersion: '$NS.example.com/v2' }), SAID),
      get(`${GADGETS}?fieldSelector=spec.name%3Da`),
    ],
  },
]
