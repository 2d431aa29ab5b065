import { APPLY, create, get, inNamespace, JSON_PATCH, MERGE, patch, STRATEGIC } from '../case.ts'
import type { Case } from '../case.ts'
import { configMap } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const SECRETS = inNamespace('secrets')

function secret(name: string, rest: object): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...rest }
}

const BINDINGS = inNamespace('rolebindings', 'rbac.authorization.k8s.io/v1')

function roleBinding(roleRef: object, subject: object = { kind: 'User', name: 'u' }): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'x' },
    subjects: [subject],
    roleRef,
  }
}

export const CONFIG_CASES: readonly Case[] = [
  {
    name: 'role binding: groups and namespaces of what it names',
    steps: [
      create(BINDINGS, roleBinding({ apiGroup: 'apps', kind: 'Role', name: 'r' })),
      create(BINDINGS, roleBinding({ apiGroup: 'apps', kind: 'Nope', name: '' })),
      create(BINDINGS, roleBinding({ kind: 'Role', name: 'a/b' })),
      ...[
        { kind: 'User', name: 'u', apiGroup: 'apps' },
        { kind: 'ServiceAccount', name: 's' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n', apiGroup: 'apps' },
        { kind: 'ServiceAccount', name: 'not/a/name', namespace: 'n' },
        { kind: 'Group', name: '', apiGroup: 'apps' },
        { kind: 'Nope', name: 'g' },
      ].map((subject) =>
        create(
          `${BINDINGS}?dryRun=All`,
          roleBinding({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' }, subject),
        ),
      ),
    ],
  },
  { name: 'config map: as it is stored', steps: [create(MAPS, configMap('x')), get(`${MAPS}/x`)] },
  {
    name: 'config map: keys are file names',
    steps: [
      ...['a/b', '..', '.', '..x', 'ok-1.2_3', 'k'.repeat(254)].map((key) =>
        create(`${MAPS}?dryRun=All`, configMap('x', { [key]: '1' })),
      ),
      create(MAPS, { ...configMap('x', { a: '1' }), binaryData: { a: 'AA==' } }),
      create(MAPS, configMap('x', { big: 'x'.repeat(1024 * 1024 + 1) })),
    ],
  },
  {
    name: 'config map: keys that every object of JavaScript inherits are keys like others',
    steps: [
      create(MAPS, undefined, {
        text: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"__proto__":"1","constructor":"2"}}',
      }),
      patch(MERGE, `${MAPS}/x`, undefined, { text: '{"data":{"__proto__":"3","toString":"4"}}' }),
      patch(STRATEGIC, `${MAPS}/x`, undefined, { text: '{"data":{"__proto__":"5"}}' }),
      patch(JSON_PATCH, `${MAPS}/x`, undefined, {
        text: '[{"op":"replace","path":"/data/__proto__","value":"6"},{"op":"remove","path":"/data/constructor"}]',
      }),
      patch(APPLY, `${MAPS}/x?fieldManager=a&force=true`, undefined, {
        text: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"__proto__":"7"}}',
      }),
      patch(APPLY, `${MAPS}/x?fieldManager=a`, undefined, {
        text: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{}}',
      }),
    ],
  },
  {
    name: 'config map: an immutable one stays as it is',
    steps: [
      create(MAPS, { ...configMap('x'), immutable: true }),
      patch(MERGE, `${MAPS}/x`, { data: { a: '2' } }),
      patch(MERGE, `${MAPS}/x`, { immutable: false }),
      patch(MERGE, `${MAPS}/x`, { metadata: { labels: { a: 'b' } } }),
    ],
  },
  {
    name: 'secret: plain text is encoded, the type has a default and is fixed',
    steps: [
      create(
        SECRETS,
        secret('x', { data: { a: 'YQ==', b: 'Yg==' }, stringData: { b: 'two', c: 'three' } }),
      ),
      patch(MERGE, `${SECRETS}/x`, { type: 'other' }),
      patch(MERGE, `${SECRETS}/x`, { stringData: { d: 'four' } }),
    ],
  },
  {
    name: 'secret: known types need their keys',
    steps: [
      create(SECRETS, secret('x', { type: 'kubernetes.io/tls', data: {} })),
      create(SECRETS, secret('x', { type: 'kubernetes.io/service-account-token' })),
      create(SECRETS, secret('x', { type: 'kubernetes.io/dockerconfigjson', stringData: {} })),
      create(SECRETS, secret('x', { type: 'kubernetes.io/basic-auth', stringData: {} })),
      create(
        SECRETS,
        secret('x', {
          type: 'kubernetes.io/dockerconfigjson',
          stringData: { '.dockerconfigjson': 'a' },
        }),
      ),
    ],
  },
  {
    name: 'service account: as it is stored',
    steps: [
      create(inNamespace('serviceaccounts'), {
        metadata: { name: 'worker', annotations: { 'azure.workload.identity/client-id': 'x' } },
        automountServiceAccountToken: false,
      }),
    ],
  },
  {
    name: 'lease: as it is stored, and its bounds',
    steps: [
      create(inNamespace('leases', 'coordination.k8s.io/v1'), {
        metadata: { name: 'x' },
        spec: {
          holderIdentity: 'me',
          leaseDurationSeconds: 15,
          renewTime: '2026-01-01T00:00:00.123456Z',
          leaseTransitions: 0,
        },
      }),
      create(inNamespace('leases', 'coordination.k8s.io/v1'), {
        metadata: { name: 'y' },
        spec: { leaseDurationSeconds: 0, leaseTransitions: -1 },
      }),
    ],
  },
  {
    name: 'event: both versions show the same event',
    steps: [
      create(inNamespace('events'), {
        metadata: { name: 'x' },
        involvedObject: { kind: 'Pod', name: 'p', namespace: '$NS', apiVersion: 'v1' },
        reason: 'Pulled',
        message: 'an image',
        type: 'Normal',
        count: 1,
        source: { component: 'kubelet' },
        firstTimestamp: '2026-01-01T00:00:00Z',
      }),
      get(inNamespace('events', 'events.k8s.io/v1')),
      create(inNamespace('events'), {
        metadata: { name: 'y' },
        involvedObject: { kind: 'Pod', name: 'p', namespace: 'elsewhere' },
      }),
      get(`${inNamespace('events')}?fieldSelector=involvedObject.name%3Dp,reason%3DPulled`),
      get(`${inNamespace('events')}?fieldSelector=involvedObject.name%3Dq`),
    ],
  },
  {
    name: 'quota: amounts, names and scopes',
    steps: [
      { hard: { pods: '-1' } },
      { hard: { pods: '1.5' } },
      { hard: { nope: '1' } },
      { hard: { 'requests.cpu': '1500m', 'count/jobs.batch': '1', 'example.com/x': '1' } },
      { hard: { pods: '1' }, scopes: ['Terminating', 'NotTerminating'] },
      { hard: { configmaps: '1' }, scopes: ['BestEffort'] },
    ].map((spec) =>
      create(`${inNamespace('resourcequotas')}?dryRun=All`, { metadata: { name: 'q' }, spec }),
    ),
  },
  {
    name: 'quota and role: as they are stored, and what they need',
    steps: [
      create(inNamespace('roles', 'rbac.authorization.k8s.io/v1'), {
        metadata: { name: 'a:b' },
        rules: [{ verbs: ['get'] }],
      }),
      create(inNamespace('roles', 'rbac.authorization.k8s.io/v1'), {
        metadata: { name: 'a/b' },
        rules: [],
      }),
      create(inNamespace('roles', 'rbac.authorization.k8s.io/v1'), { metadata: { name: 'empty' } }),
      create(inNamespace('rolebindings', 'rbac.authorization.k8s.io/v1'), {
        metadata: { name: 'x' },
        roleRef: { kind: 'Nope', name: '' },
        subjects: [
          { kind: 'ServiceAccount', name: 'a' },
          { kind: 'Robot', name: '' },
        ],
      }),
    ],
  },
]
