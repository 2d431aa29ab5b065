import {
  apply,
  create,
  get,
  inNamespace,
  JSON_PATCH,
  MERGE,
  patch,
  STRATEGIC,
  update,
} from '../case.ts'
import type { Case } from '../case.ts'
import { configMap, deployment, pod } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')
const FIELDS = { only: ['metadata.managedFields', 'data', 'metadata.annotations', 'message'] }
const LAST = 'kubectl.kubernetes.io/last-applied-configuration'

function clientApplied(data: object): object {
  const body = configMap('x', data)
  return { ...body, metadata: { name: 'x', annotations: { [LAST]: JSON.stringify(body) } } }
}

export const OWNERSHIP_CASES: readonly Case[] = [
  {
    name: 'ownership: updates are tracked by what they change',
    steps: [
      create(`${MAPS}?fieldManager=one`, configMap('x', { a: '1', b: '1' }), FIELDS),
      update(`${MAPS}/x?fieldManager=two`, configMap('x', { a: '2', b: '1', c: '3' }), FIELDS),
      patch(MERGE, `${MAPS}/x?fieldManager=three`, { data: { b: null } }, FIELDS),
      patch(MERGE, `${MAPS}/x?fieldManager=one`, { metadata: { labels: { l: '1' } } }, FIELDS),
    ],
  },
  {
    name: 'ownership: without a name the user agent owns',
    steps: [create(MAPS, configMap('x'), FIELDS)],
  },
  {
    name: 'ownership: an applier loses to an update, silently',
    steps: [
      apply('one', `${MAPS}/x`, configMap('x', { a: '1', b: '1' }), FIELDS),
      patch(MERGE, `${MAPS}/x?fieldManager=hand`, { data: { a: '2' } }, FIELDS),
      apply('one', `${MAPS}/x`, configMap('x', { a: '1', b: '1' }), FIELDS),
      apply('one', `${MAPS}/x`, configMap('x', { b: '1' }), FIELDS),
    ],
  },
  {
    name: 'ownership: a list with one empty entry resets it',
    steps: [
      apply('one', `${MAPS}/x`, configMap('x', { a: '1' }), FIELDS),
      patch(MERGE, `${MAPS}/x?fieldManager=reset`, { metadata: { managedFields: [{}] } }, FIELDS),
      apply('two', `${MAPS}/x`, configMap('x', { a: '1' }), FIELDS),
      patch(
        JSON_PATCH,
        `${MAPS}/x?fieldManager=reset`,
        [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
        FIELDS,
      ),
      patch(MERGE, `${MAPS}/x?fieldManager=later`, { data: { b: '2' } }, FIELDS),
    ],
  },
  {
    name: 'ownership: entries can be edited by hand',
    steps: [
      apply('one', `${MAPS}/x`, configMap('x', { a: '1' }), FIELDS),
      patch(
        MERGE,
        `${MAPS}/x?fieldManager=hand`,
        {
          metadata: {
            managedFields: [
              {
                manager: 'other',
                operation: 'Apply',
                apiVersion: 'v1',
                time: '2026-01-01T00:00:00Z',
                fieldsType: 'FieldsV1',
                fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } },
              },
            ],
          },
        },
        FIELDS,
      ),
      patch(
        MERGE,
        `${MAPS}/x?fieldManager=hand`,
        { metadata: { managedFields: [{ manager: 'x', operation: 'Nope' }] } },
        FIELDS,
      ),
      patch(MERGE, `${MAPS}/x?fieldManager=hand`, { metadata: { managedFields: [] } }, FIELDS),
    ],
  },
  {
    name: 'ownership: client-side apply moves to server-side apply',
    steps: [
      create(
        `${MAPS}?fieldManager=kubectl-client-side-apply`,
        clientApplied({ a: '1', b: '2' }),
        FIELDS,
      ),
      apply('kubectl', `${MAPS}/x`, configMap('x', { a: '1' }), FIELDS),
      patch(
        STRATEGIC,
        `${MAPS}/x?fieldManager=kubectl-client-side-apply`,
        { data: { c: '3' } },
        FIELDS,
      ),
      apply(
        'kubectl',
        `${MAPS}/x?force=true`,
        { ...configMap('x', { a: '5' }), metadata: { name: 'x' } },
        FIELDS,
      ),
    ],
  },
  {
    name: 'ownership: status and scale have entries of their own',
    bare: true,
    steps: [
      apply('one', `${DEPLOYMENTS}/x`, deployment('x', { replicas: 1 }), FIELDS),
      patch(
        MERGE,
        `${DEPLOYMENTS}/x/status?fieldManager=controller`,
        { status: { replicas: 1, observedGeneration: 1 } },
        FIELDS,
      ),
      patch(MERGE, `${DEPLOYMENTS}/x/scale?fieldManager=scaler`, { spec: { replicas: 5 } }),
      get(`${DEPLOYMENTS}/x`, FIELDS),
      apply('one', `${DEPLOYMENTS}/x`, deployment('x', { replicas: 1 }), FIELDS),
    ],
  },
  {
    name: 'ownership: of a pod with lists by keys',
    steps: [
      create(
        `${inNamespace('pods')}?fieldManager=one`,
        pod('x', {
          containers: [
            {
              name: 'a',
              image: 'b:1',
              ports: [{ containerPort: 80, name: 'h' }],
              env: [{ name: 'A', value: '1' }],
              volumeMounts: [{ name: 'v', mountPath: '/v' }],
            },
          ],
          volumes: [{ name: 'v', emptyDir: {} }],
          tolerations: [{ key: 'a', operator: 'Exists' }],
          imagePullSecrets: [{ name: 's' }],
        }),
        FIELDS,
      ),
    ],
  },
  {
    name: 'ownership: of every other kind',
    bare: true,
    steps: [
      apply('one', `${inNamespace('jobs', 'batch/v1')}/x`, {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'x' },
        spec: {
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } },
        },
      }),
      apply(
        'one',
        `${inNamespace('services')}/x`,
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'x' },
          spec: {
            ports: [{ port: 80 }, { port: 81, name: 'b' }].slice(0, 1),
            selector: { a: 'b' },
          },
        },
        FIELDS,
      ),
      apply('one', `${inNamespace('secrets')}/x`, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'x' },
        stringData: { a: 'b' },
      }),
      apply('one', `${inNamespace('serviceaccounts')}/x`, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'x' },
        secrets: [{ name: 's' }],
      }),
      apply('one', `${inNamespace('roles', 'rbac.authorization.k8s.io/v1')}/x`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'x' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      }),
      apply('one', `${inNamespace('poddisruptionbudgets', 'policy/v1')}/x`, {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'x' },
        spec: { maxUnavailable: 1, selector: { matchLabels: { a: 'b' } } },
      }),
    ],
  },
]
