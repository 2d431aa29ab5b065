import { expect, test } from 'vitest'
import { ownersOf, ownsAll } from './field-owners.ts'

const CONTAINER = 'k:{"name":"worker"}'
const LIVE = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'a',
    managedFields: [
      {
        manager: 'keyless-cosmos',
        operation: 'Apply',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/name': {} } },
          'f:spec': {
            'f:selector': {},
            'f:template': {
              'f:spec': { 'f:containers': { [CONTAINER]: { '.': {}, 'f:name': {} } } },
            },
          },
        },
      },
      {
        manager: 'kubectl-edit',
        operation: 'Update',
        fieldsV1: {
          'f:spec': {
            'f:template': { 'f:spec': { 'f:containers': { [CONTAINER]: { 'f:image': {} } } } },
          },
        },
      },
      {
        manager: 'kubectl',
        operation: 'Update',
        subresource: 'scale',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      },
    ],
  },
}

test.for([
  { of: 'a label with dots', path: '.metadata.labels["app.kubernetes.io/name"]', owners: ['us'] },
  { of: 'what is inside an atomic map', path: '.spec.selector.matchLabels.a', owners: ['us'] },
  {
    of: 'an item of a list by its name',
    path: '.spec.template.spec.containers[name=worker].image',
    owners: ['kubectl-edit'],
  },
  {
    of: 'another item',
    path: '.spec.template.spec.containers[name=other].image',
    owners: [],
  },
  { of: 'what a subresource wrote', path: '.spec.replicas', owners: ['kubectl/scale'] },
  { of: 'a field that nobody states', path: '.spec.paused', owners: [] },
])('the owners of $of are $owners', ({ path, owners }) => {
  const found = ownersOf(LIVE, path).map(({ manager, isUs, subresource }) =>
    isUs ? 'us' : [manager, subresource].filter((part) => part !== undefined).join('/'),
  )
  expect(found).toEqual(owners)
})

test.for([
  { when: 'nobody took any', ours: { 'f:port': {}, 'f:targetPort': {} }, all: true },
  { when: 'somebody took a field of an item', ours: { 'f:port': {} }, all: false },
  { when: 'somebody took the item', ours: undefined, all: false },
])('we own all that we state of a list of items without names: $all when $when', (row) => {
  const item = 'k:{"port":80,"protocol":"TCP"}'
  const ports = row.ours ? { [item]: { '.': {}, ...row.ours } } : { 'k:{"port":9}': {} }
  const fieldsV1 = { 'f:spec': { 'f:ports': ports } }
  const managedFields = [{ manager: 'keyless-cosmos', operation: 'Apply', fieldsV1 }]
  const live = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', managedFields } }
  expect(ownsAll(live, '.spec.ports', [{ port: 80, targetPort: 'http' }])).toBe(row.all)
})
