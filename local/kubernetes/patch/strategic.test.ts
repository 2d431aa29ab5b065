import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../object.ts'
import { catalog } from '../schema/catalog.ts'
import type { MapShape } from '../schema/shape.ts'
import { strategicMerge } from './strategic.ts'

const SHAPE = catalog.shape('io.k8s.api.core.v1.PodSpec') as MapShape
const META = catalog.shape('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') as MapShape
const DEPLOYMENT = catalog.shape('io.k8s.api.apps.v1.DeploymentSpec') as MapShape
const ENV = [
  { name: 'A', value: '1' },
  { name: 'B', value: '2' },
  { name: 'C', value: '3' },
]
const live = {
  containers: [
    { name: 'c', image: 'i', args: ['x', 'y'], env: ENV },
    { name: 'e', image: 'f' },
  ],
}
const [c, e] = live.containers

test.for([
  {
    what: 'items are merged by their key, new ones stand where the patch has them',
    patch: {
      containers: [
        { name: 'n', image: 'j' },
        { name: 'e', image: 'g' },
      ],
    },
    containers: [{ name: 'n', image: 'j' }, c, { name: 'e', image: 'g' }],
  },
  {
    what: 'a list without a strategy is replaced',
    patch: { containers: [{ name: 'c', args: ['z'] }] },
    containers: [{ ...c, args: ['z'] }, e],
  },
  {
    what: '$patch: delete takes an item out',
    patch: { containers: [{ name: 'c', $patch: 'delete' }] },
    containers: [e],
  },
  {
    what: '$patch: replace makes the rest the whole list',
    patch: { containers: [{ $patch: 'replace' }, { name: 'z' }] },
    containers: [{ name: 'z' }],
  },
  {
    what: '$retainKeys drops what it does not list',
    patch: { containers: [{ name: 'c', $retainKeys: ['name', 'image'] }] },
    containers: [{ name: 'c', image: 'i' }, e],
  },
  {
    what: '$deleteFromPrimitiveList takes values out',
    patch: { containers: [{ name: 'c', '$deleteFromPrimitiveList/args': ['x'] }] },
    containers: [{ ...c, args: ['y'] }, e],
  },
  {
    what: '$setElementOrder sorts',
    patch: { '$setElementOrder/containers': [{ name: 'e' }, { name: 'c' }] },
    containers: [e, c],
  },
  {
    what: '$setElementOrder sorts what the patch brings too',
    patch: {
      '$setElementOrder/containers': [{ name: 'e' }, { name: 'q' }, { name: 'c' }],
      containers: [{ name: 'q' }, { name: 'c', env: [{ name: 'B', value: '9' }] }],
    },
    containers: [
      e,
      { name: 'q' },
      { ...c, env: ENV.map((one) => (one.name === 'B' ? { ...one, value: '9' } : one)) },
    ],
  },
  {
    what: 'an empty list changes nothing',
    patch: { containers: [] },
    containers: [c, e],
  },
  {
    what: 'an unknown field is taken over, for the decoder to drop',
    patch: { zoo: { a: null } },
    containers: [c, e],
    rest: { zoo: {} },
  },
])('$what', ({ patch, containers, rest }) => {
  const before = structuredClone(live)
  expect(strategicMerge(live, patch, SHAPE)).toEqual({ containers, ...rest })
  expect(live).toEqual(before)
})

test('directives in what the live object does not have vanish with their structure', () => {
  const patch = {
    volumes: [
      { name: 'a', $patch: 'zoo' },
      { name: 'v', emptyDir: null },
    ],
  }
  expect(strategicMerge({}, patch, SHAPE)).toEqual({ volumes: [{ name: 'v' }] })
})

test.for([
  {
    what: 'replace keeps its nulls',
    patch: { $patch: 'replace', b: null },
    annotations: { b: null },
  },
  { what: 'delete leaves nothing', patch: { $patch: 'delete', b: '1' }, annotations: {} },
  { what: 'null removes a key', patch: { x: null, b: '1' }, annotations: { b: '1' } },
])('in a map $what', ({ patch, annotations }) => {
  const merged = strategicMerge({ annotations: { x: '1' } }, { annotations: patch }, META)
  expect(merged).toEqual({ annotations })
})

test('a set of scalars is joined, in the order of the patch', () => {
  const finalizers = ['x.io/a', 'x.io/b']
  expect(strategicMerge({ finalizers }, { finalizers: ['x.io/c', 'x.io/a'] }, META)).toEqual({
    finalizers: ['x.io/c', 'x.io/a', 'x.io/b'],
  })
})

test('kubectl switches a union by $retainKeys', () => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } }
  const patch: JsonObject = { strategy: { $retainKeys: ['type'], type: 'Recreate' } }
  expect(strategicMerge({ strategy }, patch, DEPLOYMENT)).toEqual({
    strategy: { type: 'Recreate' },
  })
})

/** Codes and sentences of a real 1.36.3 server. */
describe('is refused', () => {
  test.for([
    {
      patch: [],
      code: 400,
      message: 'json: cannot unmarshal array into Go value of type map[string]interface {}',
    },
    { patch: { $retainKeys: 'x' }, code: 400, message: 'invalid patch format of retainKeys' },
    {
      patch: { $retainKeys: ['a'], b: 1 },
      code: 400,
      message: 'invalid patch format of retainKeys',
    },
    {
      patch: { $setElementOrder: [] },
      code: 400,
      message: 'invalid patch format of setElementOrder list',
    },
    {
      patch: { $deleteFromPrimitiveList: [] },
      code: 400,
      message: 'invalid patch format of primitive list',
    },
    {
      patch: { $patch: 'merge', b: '1' },
      code: 500,
      message: 'unknown patch type: merge in map: map[$patch:merge b:1]',
    },
    {
      patch: { $patch: 1 },
      code: 500,
      message: 'unknown patch type: %!s(int64=1) in map: map[$patch:1]',
    },
    {
      patch: { '$setElementOrder/containers': 'x' },
      code: 500,
      message: 'expected a []interface {}, but received a string',
    },
    {
      patch: { '$setElementOrder/zoo': [] },
      code: 500,
      message: 'unable to find api field in struct PodSpec for the json field "zoo"',
    },
    {
      patch: { '$setElementOrder/containers': [{ name: 'x' }], containers: [{ name: 'y' }] },
      code: 500,
      message:
        "The order in patch list:\n[map[name:y]]\n doesn't match $setElementOrder list:\n[map[name:x]]\n",
    },
    {
      patch: { containers: [{ $patch: 'merge' }] },
      code: 500,
      message: 'merging lists cannot yet be specified in the patch',
    },
    {
      patch: { containers: [{ $patch: 'zoo' }] },
      code: 500,
      message: 'unknown patch type: zoo in map: map[$patch:zoo]',
    },
    {
      patch: { containers: [{ $patch: 'delete' }] },
      code: 500,
      message: 'map: map[$patch:delete] does not contain declared merge key: name',
    },
    {
      patch: { containers: [{ image: 'z' }] },
      code: 500,
      message: 'map: map[image:z] does not contain declared merge key: name',
    },
  ])('$code $message', ({ patch, code, message }) => {
    expect(() => strategicMerge(live, patch, SHAPE)).toThrow(
      expect.objectContaining({ code, message }),
    )
  })
})
