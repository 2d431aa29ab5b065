import { describe, expect, test } from 'vitest'
import type { JsonObject, KubeObject, ManagedFieldsEntry } from '../object.ts'
import { catalog } from '../schema/catalog.ts'
import type { MapShape } from '../schema/shape.ts'
import { trackUpdate } from './track.ts'

const DEPLOYMENT = catalog.shape('io.k8s.api.apps.v1.Deployment') as MapShape
const CONFIG_MAP = catalog.shape('io.k8s.api.core.v1.ConfigMap') as MapShape
const T1 = '2026-01-01T00:00:01Z'
const T2 = '2026-01-01T00:00:02Z'

function configMap(data: JsonObject, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', ...metadata }, data }
}

function track(
  live: KubeObject | undefined,
  manager: string,
  fresh: KubeObject,
  more: { now?: string; subresource?: string } = {},
): KubeObject {
  const { now = T1, subresource = '' } = more
  return trackUpdate({
    live,
    fresh,
    shape: CONFIG_MAP,
    manager,
    apiVersion: 'v1',
    subresource,
    now,
  })
}

const entry = (manager: string, fieldsV1: JsonObject, time: string): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1,
})

test('a structure that Go always has is not owned by itself, a pointer or map is', () => {
  const fresh = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
      template: {
        metadata: { labels: { app: 'd' } },
        spec: { containers: [{ name: 'c', resources: {}, ports: [{ containerPort: 80 }] }] },
      },
    },
    status: {},
  }
  const common = { manager: 'm', apiVersion: 'apps/v1', subresource: '', now: T1 }
  const { metadata } = trackUpdate({ ...common, live: undefined, fresh, shape: DEPLOYMENT })
  expect(metadata.managedFields?.[0]?.fieldsV1).toEqual({
    'f:spec': {
      'f:selector': {},
      'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} }, 'f:type': {} },
      'f:template': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': {
              '.': {},
              'f:name': {},
              'f:ports': {
                '.': {},
                'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
              },
              'f:resources': {},
            },
          },
        },
      },
    },
  })
})

describe('an update', () => {
  const live = track(undefined, 'one', configMap({ a: '1', b: '1' }))

  test('moves what it changes to the writer and forgets what it removes', () => {
    const object = track(live, 'two', configMap({ a: '2' }), { now: T2 })
    expect(object.metadata.managedFields).toEqual([
      entry('one', { 'f:data': {} }, T1),
      entry('two', { 'f:data': { 'f:a': {} } }, T2),
    ])
  })

  test('that changes nothing leaves the entries as they are', () => {
    expect(track(live, 'two', configMap({ b: '1', a: '1' }), { now: T2 })).toEqual(live)
  })

  test('through a subresource has an entry of its own', () => {
    const more = { subresource: 'scale', now: T2 }
    const object = track(live, 'one', configMap({ a: '1', b: '2' }), more)
    expect(object.metadata.managedFields?.map(({ subresource }) => subresource)).toEqual([
      undefined,
      'scale',
    ])
  })
})

describe('managedFields sent by the writer', () => {
  const live = track(undefined, 'one', configMap({ a: '1' }))
  const own = [entry('mine', { 'f:data': { 'f:a': {} } }, T1)]

  test.for([
    { sent: 'nothing', managedFields: undefined, managers: ['one'] },
    { sent: 'an empty list', managedFields: [], managers: undefined },
    { sent: 'one empty entry', managedFields: [{}], managers: undefined },
    { sent: 'entries of its own', managedFields: own, managers: ['mine'] },
    { sent: 'entries nobody can read', managedFields: [{ manager: 'x' }], managers: ['one'] },
  ])('as $sent leave $managers', ({ managedFields, managers }) => {
    const object = track(live, 'two', configMap({ a: '1' }, { managedFields }), { now: T2 })
    expect(object.metadata.managedFields?.map(({ manager }) => manager)).toEqual(managers)
  })

  test('do not count through a subresource', () => {
    const fresh = configMap({ a: '1' }, { managedFields: [{}] })
    const object = track(live, 'two', fresh, { subresource: 'status' })
    expect(object.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['one'])
  })
})

test('an object that is not tracked stays so', () => {
  const live = configMap({ a: '1' }, { uid: 'u' })
  expect(track(live, 'one', configMap({ a: '2' }, { uid: 'u' })).metadata.managedFields).toBe(
    undefined,
  )
})

test('of more than ten writers the oldest become ancient-changes', () => {
  let object = track(undefined, 'm00', configMap({ k00: '' }))
  for (let index = 1; index < 13; index += 1) {
    const name = String(index).padStart(2, '0')
    const data = { ...(object['data'] as JsonObject), [`k${name}`]: '' }
    const now = `2026-01-01T00:00:${name}Z`
    object = track(object, `m${name}`, { ...object, data }, { now })
  }
  const managers = object.metadata.managedFields?.map(({ manager }) => manager)
  expect(managers).toHaveLength(10)
  expect(managers?.[0]).toBe('ancient-changes')
  expect(object.metadata.managedFields?.[0]?.fieldsV1).toEqual({
    'f:data': { '.': {}, 'f:k00': {}, 'f:k01': {}, 'f:k02': {}, 'f:k03': {} },
  })
})
