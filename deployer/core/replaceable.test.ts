import { expect, test } from 'vitest'
import { isReplaceable } from './replaceable.ts'

test.for([
  { apiVersion: 'batch/v1', kind: 'Job', is: true },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', is: true },
  { apiVersion: 'v1', kind: 'Secret', is: true },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', is: false },
  { apiVersion: 'v1', kind: 'PersistentVolume', is: false },
  { apiVersion: 'v1', kind: 'Namespace', is: false },
  { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', is: false },
  { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', is: false },
])('a $kind of $apiVersion may be deleted to be made anew: $is', ({ apiVersion, kind, is }) => {
  expect(isReplaceable({ apiVersion, kind, metadata: { name: 'x' } })).toBe(is)
})

test('a StatefulSet that takes its claims with it may not be deleted to be made anew', () => {
  const spec = { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } }
  const metadata = { name: 'x' }
  expect(isReplaceable({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec })).toBe(false)
})
