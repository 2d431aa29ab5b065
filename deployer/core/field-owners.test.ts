import { expect, test } from 'vitest'
import { ownersOf } from './field-owners.ts'

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
