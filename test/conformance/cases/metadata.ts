import {
  apply,
  create,
  get,
  inNamespace,
  JSON_PATCH,
  MERGE,
  patch,
  remove,
  STRATEGIC,
  update,
} from '../case.ts'
import type { Case, Step } from '../case.ts'
import { configMap } from './fixtures.ts'

const PATH = inNamespace('configmaps')

const NAMES: readonly string[] = [
  'UPPER',
  'under_score',
  '-dash',
  'dot.',
  'a'.repeat(254),
  '',
  'a..b',
  'ok.name-1',
]

function named(metadata: object, rest: Partial<Step> = {}): Step {
  return create(PATH, { apiVersion: 'v1', kind: 'ConfigMap', metadata }, rest)
}

const OWNER = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '1' }
const OTHER_OWNER = { apiVersion: 'v1', kind: 'Pod', name: 'o', uid: '2' }

export const METADATA_CASES: readonly Case[] = [
  {
    name: 'metadata: names are RFC 1123 subdomains',
    steps: NAMES.map((name) => named({ name })),
  },
  {
    name: 'metadata: namespaces are RFC 1123 labels',
    steps: [
      create('/api/v1/namespaces?dryRun=All', { metadata: { name: 'a.b' } }),
      create('/api/v1/namespaces?dryRun=All', { metadata: { name: 'Upper' } }),
      create('/api/v1/namespaces?dryRun=All', { metadata: { name: 'a'.repeat(64) } }),
      create('/api/v1/namespaces?dryRun=All', {
        metadata: { name: 'fresh-one', labels: { a: 'b' } },
      }),
    ],
  },
  {
    name: 'metadata: a generated name ends in five letters',
    steps: [named({ generateName: 'worker-' }), named({ generateName: 'Bad_' }), named({})],
  },
  {
    name: 'metadata: labels have a syntax',
    steps: [
      named({ name: 'x', labels: { 'a b': 'c' } }),
      named({ name: 'x', labels: { 'Bad_Prefix/a': 'c' } }),
      named({ name: 'x', labels: { a: 'has space' } }),
      named({ name: 'x', labels: { a: 'x'.repeat(64) } }),
      named({ name: 'x', labels: { 'a/b/c': 'd' } }),
      named({ name: 'x', labels: { '/a': 'd' } }),
    ],
  },
  {
    name: 'metadata: annotations have a syntax and a size',
    steps: [
      named({ name: 'x', annotations: { 'bad key': 'v' } }),
      named({ name: 'x', annotations: { UPPER: 'free text, of any kind' } }),
      named({ name: 'y', annotations: { big: 'x'.repeat(262_145) } }),
    ],
  },
  {
    name: 'metadata: owner references are complete',
    steps: [
      named({ name: 'x', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p' }] }),
      named({ name: 'x', ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] }),
      named({
        name: 'x',
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '1', controller: true },
          { apiVersion: 'v1', kind: 'Pod', name: 'q', uid: '2', controller: true },
        ],
      }),
      named({
        name: 'owned',
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '1', controller: true }],
      }),
    ],
  },
  {
    name: 'metadata: an owner that is named twice counts once',
    steps: [
      named({ name: 'x', ownerReferences: [OWNER, OTHER_OWNER, OWNER, { ...OWNER, name: 'q' }] }),
      update(`${PATH}/x`, {
        metadata: { name: 'x', ownerReferences: [OWNER, OTHER_OWNER, OTHER_OWNER, OWNER] },
      }),
      patch(MERGE, `${PATH}/x`, { metadata: { ownerReferences: [OTHER_OWNER, OTHER_OWNER] } }),
      patch(STRATEGIC, `${PATH}/x`, { metadata: { ownerReferences: [OWNER, OWNER] } }),
      patch(JSON_PATCH, `${PATH}/x`, [
        { op: 'add', path: '/metadata/ownerReferences/-', value: OTHER_OWNER },
      ]),
      apply('a', `${PATH}/x`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'x', ownerReferences: [OWNER, OWNER] },
      }),
      get(`${PATH}/x`),
    ],
  },
  {
    name: 'metadata: finalizers have qualified names',
    steps: [
      named({ name: 'x', finalizers: ['plain'] }),
      named({ name: 'x', finalizers: ['bad name/x'] }),
      named({ name: 'held', finalizers: ['example.com/hold'] }),
    ],
  },
  {
    name: 'metadata: what the server sets cannot be chosen',
    steps: [
      named({
        name: 'x',
        uid: '00000000-0000-0000-0000-000000000001',
        resourceVersion: '',
        creationTimestamp: '2020-01-01T00:00:00Z',
        generation: 7,
        selfLink: '/nope',
      }),
      named({ name: 'y', resourceVersion: '5' }),
    ],
  },
  {
    name: 'metadata: namespace of body and path must agree',
    steps: [
      named({ name: 'x', namespace: 'other' }),
      create('/api/v1/nodes?dryRun=All', { metadata: { name: 'n', namespace: '$NS' } }),
      create('/api/v1/namespaces/not-there/configmaps', configMap('x')),
    ],
  },
  {
    name: 'metadata: a name is taken once',
    steps: [create(PATH, configMap('x')), create(PATH, configMap('x'))],
  },
  {
    name: 'metadata: name of body and path must agree',
    steps: [
      create(PATH, configMap('x'), { silent: true }),
      update(`${PATH}/x`, configMap('y')),
      update(`${PATH}/x`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      update(`${PATH}/new`, configMap('new')),
      remove(`${PATH}/gone`),
    ],
  },
]
