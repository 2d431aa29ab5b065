import { catalog } from '../schema/catalog.ts'
import type { MapShape } from '../schema/shape.ts'
import { eventRules, newEventRules } from './rules/events.ts'
import type { Resource, Rules, Subresource } from './resource.ts'
import { configMapRules, secretRules, serviceAccountRules } from './rules/config.ts'
import { cronJobRules, jobRules } from './rules/jobs.ts'
import { customResourceDefinitionRules } from './rules/definitions.ts'
import { leaseRules, namespaceRules, nodeRules, resourceQuotaRules } from './rules/cluster.ts'
import { networkPolicyRules, podDisruptionBudgetRules, serviceRules } from './rules/network.ts'
import { podRules } from './rules/pods.ts'
import { roleBindingRules, roleRules } from './rules/roles.ts'
import { deploymentRules, replicaSetRules } from './rules/workloads.ts'

const ALL_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
]
const ONE_OBJECT = ['get', 'patch', 'update']

interface Row {
  readonly group?: string
  readonly schema: string
  readonly plural: string
  readonly kind: string
  readonly short?: readonly string[]
  readonly categories?: readonly string[]
  readonly cluster?: boolean
  readonly verbs?: readonly string[]
  readonly status?: boolean
  readonly scale?: boolean
  readonly extra?: readonly Subresource[]
  readonly collection?: string
  readonly rules?: Rules
}

const ROWS: readonly Row[] = [
  { schema: 'core.v1', plural: 'bindings', kind: 'Binding', verbs: ['create'] },
  {
    schema: 'core.v1',
    plural: 'configmaps',
    kind: 'ConfigMap',
    short: ['cm'],
    rules: configMapRules,
  },
  { schema: 'core.v1', plural: 'events', kind: 'Event', short: ['ev'], rules: eventRules },
  {
    schema: 'core.v1',
    plural: 'namespaces',
    kind: 'Namespace',
    short: ['ns'],
    cluster: true,
    verbs: ALL_VERBS.filter((verb) => verb !== 'deletecollection'),
    status: true,
    extra: [{ name: 'finalize', verbs: ['update'], kind: 'Namespace' }],
    rules: namespaceRules,
  },
  {
    schema: 'core.v1',
    plural: 'nodes',
    kind: 'Node',
    short: ['no'],
    cluster: true,
    status: true,
    rules: nodeRules,
  },
  {
    schema: 'core.v1',
    plural: 'pods',
    kind: 'Pod',
    short: ['po'],
    categories: ['all'],
    status: true,
    extra: [
      { name: 'binding', verbs: ['create'], kind: 'Binding' },
      { name: 'eviction', verbs: ['create'], kind: 'Eviction', group: 'policy', version: 'v1' },
      { name: 'log', verbs: ['get'], kind: 'Pod' },
    ],
    rules: podRules,
  },
  {
    schema: 'core.v1',
    plural: 'resourcequotas',
    kind: 'ResourceQuota',
    short: ['quota'],
    status: true,
    rules: resourceQuotaRules,
  },
  { schema: 'core.v1', plural: 'secrets', kind: 'Secret', rules: secretRules },
  {
    schema: 'core.v1',
    plural: 'serviceaccounts',
    kind: 'ServiceAccount',
    short: ['sa'],
    extra: [
      {
        name: 'token',
        verbs: ['create'],
        kind: 'TokenRequest',
        group: 'authentication.k8s.io',
        version: 'v1',
      },
    ],
    rules: serviceAccountRules,
  },
  {
    schema: 'core.v1',
    plural: 'services',
    kind: 'Service',
    short: ['svc'],
    categories: ['all'],
    status: true,
    rules: serviceRules,
  },
  {
    group: 'apps',
    schema: 'apps.v1',
    plural: 'deployments',
    kind: 'Deployment',
    short: ['deploy'],
    categories: ['all'],
    status: true,
    scale: true,
    rules: deploymentRules,
  },
  {
    group: 'apps',
    schema: 'apps.v1',
    plural: 'replicasets',
    kind: 'ReplicaSet',
    short: ['rs'],
    categories: ['all'],
    status: true,
    scale: true,
    rules: replicaSetRules,
  },
  {
    group: 'events.k8s.io',
    schema: 'events.v1',
    plural: 'events',
    kind: 'Event',
    short: ['ev'],
    collection: '/events',
    rules: newEventRules,
  },
  { group: 'authentication.k8s.io', schema: 'authentication.v1', ...review('TokenReview') },
  { group: 'authentication.k8s.io', schema: 'authentication.v1', ...review('SelfSubjectReview') },
  {
    group: 'authorization.k8s.io',
    schema: 'authorization.v1',
    ...review('LocalSubjectAccessReview'),
    cluster: false,
  },
  {
    group: 'authorization.k8s.io',
    schema: 'authorization.v1',
    ...review('SelfSubjectAccessReview'),
  },
  {
    group: 'authorization.k8s.io',
    schema: 'authorization.v1',
    ...review('SelfSubjectRulesReview'),
  },
  { group: 'authorization.k8s.io', schema: 'authorization.v1', ...review('SubjectAccessReview') },
  {
    group: 'batch',
    schema: 'batch.v1',
    plural: 'cronjobs',
    kind: 'CronJob',
    short: ['cj'],
    categories: ['all'],
    status: true,
    rules: cronJobRules,
  },
  {
    group: 'batch',
    schema: 'batch.v1',
    plural: 'jobs',
    kind: 'Job',
    categories: ['all'],
    status: true,
    rules: jobRules,
  },
  {
    group: 'networking.k8s.io',
    schema: 'networking.v1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    short: ['netpol'],
    rules: networkPolicyRules,
  },
  {
    group: 'policy',
    schema: 'policy.v1',
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    short: ['pdb'],
    status: true,
    rules: podDisruptionBudgetRules,
  },
  ...(['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'] as const).map((kind) => ({
    group: 'rbac.authorization.k8s.io',
    schema: 'rbac.v1',
    plural: `${kind.toLowerCase()}s`,
    kind,
    cluster: kind.startsWith('Cluster'),
    rules: kind.endsWith('Binding') ? roleBindingRules : roleRules,
  })),
  {
    group: 'apiextensions.k8s.io',
    schema: 'apiextensions-apiserver.pkg.apis.apiextensions.v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    short: ['crd', 'crds'],
    categories: ['api-extensions'],
    cluster: true,
    status: true,
    rules: customResourceDefinitionRules,
  },
  {
    group: 'coordination.k8s.io',
    schema: 'coordination.v1',
    plural: 'leases',
    kind: 'Lease',
    rules: leaseRules,
  },
]

/** The kinds this server has from the start, in the order discovery lists their groups. */
export const BUILTIN_RESOURCES: readonly Resource[] = ROWS.map(resource)

function review(kind: string): Pick<Row, 'plural' | 'kind' | 'cluster' | 'verbs'> {
  return { plural: `${kind.toLowerCase()}s`, kind, cluster: true, verbs: ['create'] }
}

function resource(row: Row): Resource {
  const group = row.group ?? ''
  const status = row.status === true ? [{ name: 'status', verbs: ONE_OBJECT, kind: row.kind }] : []
  const scale =
    row.scale === true
      ? [{ name: 'scale', verbs: ONE_OBJECT, kind: 'Scale', group: 'autoscaling', version: 'v1' }]
      : []
  const subresources = [...(row.extra ?? []), ...scale, ...status]
  const prefix = row.schema.startsWith('apiextensions') ? 'io.k8s.' : 'io.k8s.api.'
  return {
    group,
    version: 'v1',
    plural: row.plural,
    singular: row.kind.toLowerCase(),
    kind: row.kind,
    shortNames: row.short ?? [],
    categories: row.categories ?? [],
    namespaced: row.cluster !== true,
    verbs: row.verbs ?? ALL_VERBS,
    subresources: subresources.toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    collection: row.collection ?? `${group}/${row.plural}`,
    shape: () => structShape(`${prefix}${row.schema}.${row.kind}`),
    rules: row.rules ?? {},
  }
}

/** The shape of a schema that is known to be a structure. */
export function structShape(name: string): MapShape {
  const shape = catalog.shape(name)
  if (shape.kind !== 'map') throw new TypeError(`schema ${name} is not a structure`)
  return shape
}
