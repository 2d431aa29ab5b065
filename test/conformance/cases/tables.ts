import { create, get, inNamespace, MERGE, patch, TABLE } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { CONTAINER, configMap, deployment, job, pod } from './fixtures.ts'

function table(path: string): Step {
  return get(path, { accept: TABLE })
}

/** One object of the kind, then the table of its collection. */
function shown(name: string, path: string, body: unknown, more: readonly Step[] = []): Case {
  return {
    name: `table: ${name}`,
    bare: true,
    steps: [
      create(path, body, { silent: true }),
      ...more,
      table(path),
      table(`${path}?includeObject=None`),
    ],
  }
}

const PODS = inNamespace('pods')
const STATUS = {
  phase: 'Running',
  podIP: '10.1.1.1',
  conditions: [{ type: 'Ready', status: 'True' }],
}

function podStatus(status: object): Step {
  return patch(MERGE, `${PODS}/x/status`, { status }, { silent: true })
}

function containerStatus(state: object, more: object = {}): object {
  return {
    containerStatuses: [
      { name: 'main', image: 'a', imageID: '', ready: false, restartCount: 0, state, ...more },
    ],
  }
}

export const TABLE_CASES: readonly Case[] = [
  shown('config maps', inNamespace('configmaps'), configMap('x', { a: '1', b: '2' })),
  shown('secrets', inNamespace('secrets'), { metadata: { name: 'x' }, stringData: { a: 'b' } }),
  shown('service accounts', inNamespace('serviceaccounts'), { metadata: { name: 'x' } }),
  shown('deployments', inNamespace('deployments', 'apps/v1'), deployment('x', { replicas: 3 })),
  shown('replica sets', inNamespace('replicasets', 'apps/v1'), {
    ...deployment('x'),
    kind: 'ReplicaSet',
  }),
  shown('jobs', inNamespace('jobs', 'batch/v1'), job('x')),
  shown('cron jobs', inNamespace('cronjobs', 'batch/v1'), {
    metadata: { name: 'x' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER] } } },
      },
    },
  }),
  shown('network policies', inNamespace('networkpolicies', 'networking.k8s.io/v1'), {
    metadata: { name: 'x' },
    spec: { podSelector: { matchLabels: { a: 'b' } } },
  }),
  shown('leases', inNamespace('leases', 'coordination.k8s.io/v1'), {
    metadata: { name: 'x' },
    spec: { holderIdentity: 'me' },
  }),
  shown('services', inNamespace('services'), {
    metadata: { name: 'x' },
    spec: { ports: [{ port: 80 }], selector: { a: 'b' } },
  }),
  shown('disruption budgets', inNamespace('poddisruptionbudgets', 'policy/v1'), {
    metadata: { name: 'x' },
    spec: { minAvailable: 1 },
  }),
  shown('quotas', inNamespace('resourcequotas'), {
    metadata: { name: 'x' },
    spec: { hard: { pods: '5', 'limits.cpu': '1' } },
  }),
  shown('roles', inNamespace('roles', 'rbac.authorization.k8s.io/v1'), {
    metadata: { name: 'x' },
    rules: [],
  }),
  shown('role bindings', inNamespace('rolebindings', 'rbac.authorization.k8s.io/v1'), {
    metadata: { name: 'x' },
    roleRef: { kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io' },
    subjects: [
      { kind: 'User', name: 'u' },
      { kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ],
  }),
  shown('events', inNamespace('events'), {
    metadata: { name: 'x' },
    involvedObject: { kind: 'Pod', name: 'p', namespace: '$NS' },
    reason: 'R',
    message: 'M',
    type: 'Normal',
    count: 2,
    source: { component: 'kubelet', host: 'h' },
  }),
  shown('pods, pending', PODS, pod('x')),
  shown('pods, running', PODS, pod('x', { nodeName: 'n' }), [
    podStatus({ ...STATUS, ...containerStatus({ running: {} }, { ready: true, restartCount: 2 }) }),
  ]),
  shown('pods, waiting for an image', PODS, pod('x', { nodeName: 'n' }), [
    podStatus(containerStatus({ waiting: { reason: 'ErrImagePull' } })),
  ]),
  shown('pods, crash loop', PODS, pod('x', { nodeName: 'n' }), [
    podStatus({
      phase: 'Running',
      ...containerStatus(
        { waiting: { reason: 'CrashLoopBackOff' } },
        {
          restartCount: 3,
          lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:00Z' } },
        },
      ),
    }),
  ]),
  shown('pods, completed', PODS, pod('x', { nodeName: 'n' }), [
    podStatus({
      phase: 'Succeeded',
      ...containerStatus({ terminated: { exitCode: 0, reason: 'Completed' } }),
    }),
  ]),
  shown('pods, failed with a signal', PODS, pod('x', { nodeName: 'n' }), [
    podStatus({
      phase: 'Failed',
      ...containerStatus({ terminated: { exitCode: 137, signal: 9 } }),
    }),
  ]),
  shown(
    'pods, init container failed',
    PODS,
    pod('x', { nodeName: 'n', initContainers: [{ name: 'i', image: 'i' }] }),
    [
      podStatus({
        phase: 'Pending',
        initContainerStatuses: [
          {
            name: 'i',
            image: 'i',
            imageID: '',
            ready: false,
            restartCount: 1,
            state: { terminated: { exitCode: 3 } },
          },
        ],
      }),
    ],
  ),
  shown('pods, evicted', PODS, pod('x', { nodeName: 'n' }), [
    podStatus({ phase: 'Failed', reason: 'Evicted' }),
  ]),
  {
    name: 'table: one object, and an object that is not there',
    steps: [
      create(inNamespace('configmaps'), configMap('x'), { silent: true }),
      table(`${inNamespace('configmaps')}/x`),
      table(`${inNamespace('configmaps')}/y`),
      table(`${inNamespace('configmaps')}?labelSelector=none`),
    ],
  },
  { name: 'table: a namespace', steps: [table('/api/v1/namespaces/$NS')] },
]
