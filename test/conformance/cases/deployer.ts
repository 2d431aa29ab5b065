import { globSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import {
  apply,
  create,
  get,
  inNamespace,
  JSON_PATCH,
  MERGE,
  patch,
  remove,
  update,
} from '../case.ts'
import type { Case, Step } from '../case.ts'

/** What the deployer sends, as it sends it: our own manifests, and its way to plan, write, prune and lead. */
const MANAGER = 'keyless-cosmos'

const COLLECTIONS: Readonly<Record<string, string>> = {
  ConfigMap: inNamespace('configmaps'),
  CronJob: inNamespace('cronjobs', 'batch/v1'),
  Deployment: inNamespace('deployments', 'apps/v1'),
  Job: inNamespace('jobs', 'batch/v1'),
  NetworkPolicy: inNamespace('networkpolicies', 'networking.k8s.io/v1'),
  Pod: inNamespace('pods'),
  PodDisruptionBudget: inNamespace('poddisruptionbudgets', 'policy/v1'),
  Role: inNamespace('roles', 'rbac.authorization.k8s.io/v1'),
  RoleBinding: inNamespace('rolebindings', 'rbac.authorization.k8s.io/v1'),
  ServiceAccount: inNamespace('serviceaccounts'),
}

const MAPS = inNamespace('configmaps')
const LEASES = inNamespace('leases', 'coordination.k8s.io/v1')
const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
}

/** A manifest in the case's namespace. A pod does without the label that its webhook looks for: none runs here. */
function manifest(file: string): Manifest {
  const object = parse(readFileSync(file, 'utf8')) as Manifest
  const { labels = {} } = object.metadata
  const kept = Object.entries(labels).filter(
    ([name]) => !name.startsWith('azure.workload.identity'),
  )
  const metadata = { ...object.metadata, namespace: '$NS', labels: Object.fromEntries(kept) }
  return { ...object, metadata }
}

/** Planned by a dry run, applied, applied again, labelled by somebody else, applied once more, and pruned. */
function lifeOf(object: Manifest): readonly Step[] {
  const path = `${COLLECTIONS[object.kind]}/${object.metadata.name}`
  const strict = `${path}?fieldValidation=Strict`
  const changed = { ...object, metadata: { ...object.metadata, labels: { other: 'yes' } } }
  return [
    apply(MANAGER, `${strict}&dryRun=All`, object),
    apply(MANAGER, strict, object, { save: { uid: 'metadata.uid' } }),
    apply(MANAGER, strict, object),
    apply(MANAGER, `${strict}&dryRun=All`, changed),
    apply('somebody', path, {
      ...identity(object),
      metadata: { name: object.metadata.name, labels: { theirs: 'x' } },
    }),
    apply(MANAGER, `${strict}&force=true`, changed),
    apply(MANAGER, `${strict}&dryRun=All`, { ...changed, nope: 1 }),
    remove(path, { ...deleteOptions('$uid'), dryRun: ['All'] }),
    remove(path, deleteOptions('00000000-0000-0000-0000-000000000000')),
    remove(path, deleteOptions('$uid')),
    get(path, { only: ['reason', 'message'] }),
  ]
}

function identity(object: object): object {
  const { apiVersion, kind } = object as { readonly apiVersion: string; readonly kind: string }
  return { apiVersion, kind }
}

function deleteOptions(uid: string): object {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: 'Background',
    preconditions: { uid },
  }
}

const FILES = globSync(['manifests/*.yaml', 'manifests/{heal,trust-root,workloads/*}/*.yaml'])
  .toSorted()
  .filter((file) => !file.includes('namespace'))

const WORKER = create(
  inNamespace('serviceaccounts'),
  { metadata: { name: 'worker' } },
  { silent: true },
)
const HEALER = create(
  inNamespace('serviceaccounts'),
  { metadata: { name: 'heal' } },
  { silent: true },
)

export const DEPLOYER_CASES: readonly Case[] = [
  ...FILES.map((file): Case => {
    const object = manifest(file)
    const accounts = object.kind === 'ServiceAccount' ? [] : [WORKER, HEALER]
    return { name: `deployer: ${file}`, steps: [...accounts, ...lifeOf(object)], bare: true }
  }),
  {
    name: 'deployer: the objects of a set are listed by its label, in pages',
    steps: [
      ...['a', 'b', 'c'].map((name) =>
        create(
          MAPS,
          { metadata: { name, labels: { 'applyset.kubernetes.io/part-of': 'x' } } },
          { silent: true },
        ),
      ),
      get(`${MAPS}?labelSelector=applyset.kubernetes.io%2Fpart-of%3Dx&limit=500`),
      get(`${MAPS}?labelSelector=applyset.kubernetes.io%2Fpart-of%3Dx&limit=2`, {
        save: { next: 'metadata.continue' },
      }),
      get(`${MAPS}?labelSelector=applyset.kubernetes.io%2Fpart-of%3Dx&limit=2&continue=$next`),
      get(`/api/v1/configmaps?labelSelector=applyset.kubernetes.io%2Fpart-of%3D$NS&limit=500`),
    ],
  },
  {
    name: 'deployer: a review says what it needs, and who may do it not',
    steps: [{ token: 'viewer-token' }, {}].flatMap((who) =>
      [
        { verb: 'patch', group: 'apps', resource: 'deployments', name: 'x', namespace: '$NS' },
        { verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace: '$NS' },
        { verb: 'create', group: '', resource: 'namespaces' },
      ].map((attributes) => create(REVIEW, review(attributes), who)),
    ),
  },
  {
    name: 'deployer: managers are moved in the version that was read, and in no other',
    steps: [
      create(
        `${MAPS}?fieldManager=kubectl-client-side-apply`,
        { metadata: { name: 'x' }, data: { a: '1' } },
        {
          save: { version: 'metadata.resourceVersion' },
        },
      ),
      patch(JSON_PATCH, `${MAPS}/x?fieldManager=${MANAGER}`, moved('$version')),
      patch(JSON_PATCH, `${MAPS}/x?fieldManager=${MANAGER}`, moved('$version')),
    ],
  },
  {
    name: 'deployer: a secret in plain values, and empty values, are owned as they were sent',
    steps: [
      apply(MANAGER, `${inNamespace('secrets')}/x`, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'x', annotations: {} },
        stringData: { password: 'plain' },
      }),
      patch(MERGE, `${inNamespace('secrets')}/x?fieldManager=kubectl-edit`, {
        data: { password: 'ZWRpdGVk' },
      }),
      apply(MANAGER, `${inNamespace('secrets')}/x`, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'x', annotations: {} },
        stringData: { password: 'plain' },
      }),
    ],
  },
  {
    name: 'deployer: of two that take a lease one gets it',
    steps: [
      create(LEASES, lease('one'), { save: { version: 'metadata.resourceVersion' } }),
      create(LEASES, lease('two')),
      update(`${LEASES}/heal`, lease('two', '$version')),
      update(`${LEASES}/heal`, lease('one', '$version')),
    ],
  },
  {
    name: 'deployer: an inventory that grew since it was read is not overwritten',
    steps: [
      apply(MANAGER, `${MAPS}/set`, inventory({ a: '1' }), {
        save: { version: 'metadata.resourceVersion' },
      }),
      apply(MANAGER, `${MAPS}/set`, inventory({ a: '1', b: '2' })),
      apply(MANAGER, `${MAPS}/set`, inventory({ a: '1' }, '$version')),
    ],
  },
  {
    name: 'deployer: a watch goes on from a list, with bookmarks',
    steps: [
      get(`${MAPS}?limit=500`, { silent: true, save: { from: 'metadata.resourceVersion' } }),
      create(MAPS, { metadata: { name: 'x' } }, { silent: true }),
      get(`${MAPS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=$from`),
    ],
  },
]

function review(resourceAttributes: object): object {
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  }
}

function moved(resourceVersion: string): object {
  const fields = { fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:a': {} } } }
  const entry = { manager: MANAGER, operation: 'Apply', apiVersion: 'v1', ...fields }
  return [
    { op: 'replace', path: '/metadata/managedFields', value: [entry] },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
  ]
}

function lease(holderIdentity: string, resourceVersion?: string): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'heal', ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    spec: {
      holderIdentity,
      leaseDurationSeconds: 15,
      leaseTransitions: 1,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
    },
  }
}

function inventory(data: object, resourceVersion?: string): object {
  const metadata = { name: 'set', labels: { 'applyset.kubernetes.io/id': 'x' } }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    data,
  }
}
