import { expect, test } from 'vitest'
import { catalog } from '../schema/catalog.ts'
import { OPEN } from '../schema/shape.ts'
import { paths, pathText } from './field-set.ts'
import { fieldsOf } from './fields-of.ts'

const POD_SPEC = catalog.shape('io.k8s.api.core.v1.PodSpec')
const CONFIG_MAP = catalog.shape('io.k8s.api.core.v1.ConfigMap')
const META = catalog.shape('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')

test.for([
  {
    what: 'a list with keys by its items',
    shape: POD_SPEC,
    value: { containers: [{ name: 'web', args: ['a', 'b'] }] },
    fields: [
      '.containers[name="web"]',
      '.containers[name="web"].args',
      '.containers[name="web"].name',
    ],
  },
  {
    what: 'a port under the default of the key it leaves out',
    shape: POD_SPEC,
    value: { containers: [{ name: 'web', ports: [{ containerPort: 80 }] }] },
    fields: [
      '.containers[name="web"]',
      '.containers[name="web"].name',
      '.containers[name="web"].ports[containerPort=80,protocol="TCP"]',
      '.containers[name="web"].ports[containerPort=80,protocol="TCP"].containerPort',
    ],
  },
  {
    what: 'an atomic map as one',
    shape: POD_SPEC,
    value: { nodeSelector: { a: 'b' } },
    fields: ['.nodeSelector'],
  },
  {
    what: 'a set by its values',
    shape: META,
    value: { finalizers: ['x.io/a'] },
    fields: ['.finalizers[="x.io/a"]'],
  },
  {
    what: 'keys of a free map',
    shape: CONFIG_MAP,
    value: { data: { k: '1' } },
    fields: ['.data.k'],
  },
  { what: 'an empty map itself', shape: CONFIG_MAP, value: { data: {} }, fields: ['.data'] },
  { what: 'null itself', shape: CONFIG_MAP, value: { data: null }, fields: ['.data'] },
  {
    what: 'without a schema maps by their keys and lists as one',
    shape: OPEN,
    value: { a: { b: 1, c: [1] } },
    fields: ['.a', '.a.b', '.a.c'],
  },
  {
    what: 'of items that share their keys only the keys',
    shape: POD_SPEC,
    value: { containers: [{ name: 'web' }, { name: 'web', image: 'i' }] },
    fields: ['.containers[name="web"]'],
  },
])('mentions $what', ({ shape, value, fields }) => {
  expect(paths(fieldsOf(value, shape)).map(pathText).toSorted()).toEqual(fields)
})
