import { describe, expect, test } from 'vitest'
import { StatusError } from '../errors.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { catalog } from '../schema/catalog.ts'
import type { MapShape } from '../schema/shape.ts'
import { applyConfiguration } from './apply.ts'
import { LAST_APPLIED } from './last-applied.ts'
import { trackUpdate } from './track.ts'

const SHAPE = catalog.shape('io.k8s.api.core.v1.ConfigMap') as MapShape
const SUBJECT = { group: '', resource: 'configmaps', name: 'x' }

function configMap(data?: JsonObject | null, metadata: JsonObject = {}): KubeObject {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', ...metadata } }
  return data === undefined ? object : { ...object, data }
}

let clock = 0
const tick = (): string => new Date(Date.UTC(2026, 0, 1, 0, 0, (clock += 1))).toISOString()

function apply(
  live: KubeObject | undefined,
  manager: string,
  applied: KubeObject,
  force = false,
): KubeObject {
  const common = { shape: SHAPE, apiVersion: 'v1', subresource: '', subject: SUBJECT }
  return applyConfiguration({ ...common, live, applied, manager, force, now: tick() })
}

function update(live: KubeObject | undefined, manager: string, fresh: KubeObject): KubeObject {
  const common = { shape: SHAPE, apiVersion: 'v1', subresource: '' }
  return trackUpdate({ ...common, live, fresh, manager, now: tick() })
}

function owners(object: KubeObject): Record<string, unknown> {
  const entries = object.metadata.managedFields ?? []
  return Object.fromEntries(entries.map((one) => [`${one.manager} ${one.operation}`, one.fieldsV1]))
}

function refusal(act: () => unknown): StatusError {
  try {
    act()
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new TypeError('nothing was refused')
}

describe('the first apply', () => {
  test('owns what it mentions and nothing else', () => {
    const object = apply(undefined, 'one', configMap({ k: '1' }, { labels: { x: '1' } }))
    expect(owners(object)).toEqual({
      'one Apply': { 'f:data': { 'f:k': {} }, 'f:metadata': { 'f:labels': { 'f:x': {} } } },
    })
  })

  test('meets the fields of an untracked object as those of before-first-apply', () => {
    const live = configMap({ k: '10' }, { uid: 'u' })
    const { message } = refusal(() => apply(live, 'one', configMap({ k: '8' })))
    expect(message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k',
    )
  })
})

describe('the same configuration again', () => {
  test('gives the object back byte by byte', () => {
    const first = apply(undefined, 'one', configMap({ k: '1' }))
    expect(JSON.stringify(apply(first, 'one', configMap({ k: '1' })))).toBe(JSON.stringify(first))
  })

  test('from another manager shares the fields, without a time because it changed nothing', () => {
    const first = apply(undefined, 'one', configMap({ k: '1', z: '2' }))
    const shared = apply(first, 'two', configMap({ k: '1' }))
    expect(shared.metadata.managedFields?.map(({ manager, time }) => [manager, time])).toEqual([
      ['two', undefined],
      ['one', first.metadata.managedFields?.[0]?.time],
    ])
  })
})

describe('a conflict', () => {
  const one = apply(undefined, 'one', configMap({ k: '1', z: '2' }))
  const both = apply(one, 'two', configMap({ k: '1' }))

  test('names manager and field', () => {
    const { code, reason, message, details } = refusal(() =>
      apply(both, 'three', configMap({ z: '3' })),
    )
    expect([code, reason, message]).toEqual([
      409,
      'Conflict',
      'Apply failed with 1 conflict: conflict with "one": .data.z',
    ])
    expect(details).toEqual({
      causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.z' },
      ],
    })
  })

  test('of several fields lists them by manager', () => {
    const { message } = refusal(() => apply(both, 'three', configMap({ k: '2', z: '3' })))
    expect(message).toBe(
      'Apply failed with 3 conflicts: conflicts with "one":\n- .data.k\n- .data.z\nconflicts with "two":\n- .data.k',
    )
  })

  test('with a writer names the version it wrote in', () => {
    const live = update(one, 'put', { ...one, data: { k: '9', z: '2' } })
    const { message } = refusal(() => apply(live, 'one', configMap({ k: '1', z: '2' })))
    expect(message).toBe('Apply failed with 1 conflict: conflict with "put" using v1: .data.k')
  })

  test('gives way to force, and who owns nothing any more is gone', () => {
    const forced = apply(both, 'three', configMap({ k: '2', z: '3' }), true)
    expect(forced['data']).toEqual({ k: '2', z: '3' })
    expect(owners(forced)).toEqual({ 'three Apply': { 'f:data': { 'f:k': {}, 'f:z': {} } } })
  })
})

describe('a field that is no longer applied', () => {
  test('is removed if nobody else owns it', () => {
    const live = apply(undefined, 'one', configMap({ k: '1', z: '2' }))
    expect(apply(live, 'one', configMap({ k: '1' }))['data']).toEqual({ k: '1' })
  })

  test('stays if another applies it too', () => {
    const live = apply(apply(undefined, 'one', configMap({ k: '1' })), 'two', configMap({ k: '1' }))
    const object = apply(live, 'one', configMap())
    expect([object['data'], owners(object)]).toEqual([
      { k: '1' },
      { 'two Apply': { 'f:data': { 'f:k': {} } } },
    ])
  })

  test('stays if a writer owns it too', () => {
    const live = apply(
      update(undefined, 'put', configMap({ k: '1' })),
      'one',
      configMap({ k: '1' }),
    )
    expect(apply(live, 'one', configMap({}))['data']).toEqual({ k: '1' })
  })
})

describe('kubectl', () => {
  const text = `{"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"name":"x"}}\n`
  const annotated = configMap({ a: '1' }, { annotations: { [LAST_APPLIED]: text } })
  const live = update(undefined, 'kubectl-client-side-apply', annotated)

  test('takes over what it applied from the client, and keeps the annotation true', () => {
    const object = apply(live, 'kubectl', configMap({ a: '3<' }))
    expect(object['data']).toEqual({ a: '3<' })
    expect(object.metadata.annotations?.[LAST_APPLIED]).toBe(
      '{"apiVersion":"v1","data":{"a":"3\\u003c"},"kind":"ConfigMap","metadata":{"name":"x"}}\n',
    )
  })

  test('does not take over what someone else changed since', () => {
    const edited = update(live, 'edit', { ...live, data: { a: '5' } })
    const { message } = refusal(() => apply(edited, 'kubectl', configMap({ a: '7' })))
    expect(message).toBe('Apply failed with 1 conflict: conflict with "edit" using v1: .data.a')
  })

  test('alone may do so', () => {
    const { message } = refusal(() => apply(live, 'other', configMap({ a: '3' })))
    expect(message).toContain('conflict with "kubectl-client-side-apply" using v1: .data.a')
  })
})

describe('a configuration that does not fit', () => {
  test.for([
    {
      why: 'it carries managedFields',
      applied: configMap({}, { managedFields: [] }),
      code: 400,
      message: 'metadata.managedFields must be nil',
    },
    {
      why: 'a field has no place in the schema',
      applied: { ...configMap({}), foo: 1 },
      code: 500,
      message:
        'failed to create typed patch object (/x; /v1, Kind=ConfigMap): .foo: field not declared in schema',
    },
    {
      why: 'values have the wrong type',
      applied: { ...configMap({ a: true }), immutable: 'x' },
      code: 500,
      message:
        'failed to create typed patch object (/x; /v1, Kind=ConfigMap): errors:\n  .data.a: expected string, got &value.valueUnstructured{Value:true}\n  .immutable: expected boolean, got &{x}',
    },
  ])('is refused when $why', ({ applied, code, message }) => {
    const error = refusal(() => apply(undefined, 'one', applied))
    expect([error.code, error.message]).toEqual([code, message])
  })
})

test('a field the endpoint ignores is neither merged nor owned', () => {
  const live = apply(undefined, 'one', configMap({ k: '1' }))
  const object = applyConfiguration({
    live,
    applied: configMap({ k: '2' }, { labels: { a: 'b' } }),
    shape: SHAPE,
    manager: 'two',
    force: false,
    apiVersion: 'v1',
    subresource: 'status',
    now: tick(),
    resetFields: ['data'],
    subject: SUBJECT,
  })
  expect(object['data']).toEqual({ k: '1' })
  expect(owners(object)['two Apply']).toEqual({ 'f:metadata': { 'f:labels': { 'f:a': {} } } })
})
