import { at, isRecord, listAt, numberAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import type { Resource } from '../resources/resource.ts'
import { age, humanDuration } from './age.ts'
import { podColumns } from './pod-columns.ts'
import { shown } from './shown.ts'

/** A column of `kubectl get`; priority 1 is shown with `-o wide`. */
export interface Column {
  readonly name: string
  readonly type?: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
  readonly cell: (object: KubeObject, now: number) => unknown
}

export const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: ({ metadata }) => metadata.name ?? '',
}

export const AGE: Column = {
  name: 'Age',
  type: 'string',
  cell: ({ metadata }, now) => age(metadata.creationTimestamp, now),
}

/**
 * What `kubectl get` shows of a kind.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/printers/internalversion/printers.go
 */
export function columnsOf(resource: Resource): readonly Column[] {
  if (resource.custom) {
    const { columns } = resource.custom
    return columns.length === 0 ? [NAME, AGE] : [NAME, ...columns.map(customColumn)]
  }
  return (
    COLUMNS[resource.collection] ?? [
      NAME,
      { ...AGE, name: 'Created At', cell: ({ metadata }) => metadata.creationTimestamp },
    ]
  )
}

const count = (name: string, ...path: readonly string[]): Column => ({
  name,
  type: 'integer',
  cell: (object) => numberAt(object, ...path) ?? 0,
})
const text = (name: string, ...path: readonly string[]): Column => ({
  name,
  cell: (object) => textAt(object, ...path) ?? '',
})
const wide = (column: Column): Column => ({ ...column, priority: 1 })
const containers: readonly Column[] = [
  wide({ name: 'Containers', cell: (object) => each(object, 'name') }),
  wide({ name: 'Images', cell: (object) => each(object, 'image') }),
]
const SELECTOR: Column = wide({
  name: 'Selector',
  cell: (object) => pairs(at(object, 'spec', 'selector', 'matchLabels')),
})

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  '/pods': podColumns,
  '/namespaces': [NAME, text('Status', 'status', 'phase'), AGE],
  '/serviceaccounts': [
    NAME,
    { ...count('Secrets'), cell: (sa) => listAt(sa, 'secrets').length },
    AGE,
  ],
  '/configmaps': [
    NAME,
    { name: 'Data', cell: (map) => String(keys(map['data']) + keys(map['binaryData'])) },
    AGE,
  ],
  '/secrets': [
    NAME,
    text('Type', 'type'),
    { name: 'Data', cell: (secret) => String(keys(secret['data'])) },
    AGE,
  ],
  '/nodes': [
    NAME,
    { name: 'Status', cell: nodeStatus },
    { name: 'Roles', cell: () => '<none>' },
    AGE,
    text('Version', 'status', 'nodeInfo', 'kubeletVersion'),
    wide({ name: 'Internal-IP', cell: (node) => address(node, 'InternalIP') }),
    wide({ name: 'External-IP', cell: (node) => address(node, 'ExternalIP') }),
    wide(text('OS-Image', 'status', 'nodeInfo', 'osImage')),
    wide(text('Kernel-Version', 'status', 'nodeInfo', 'kernelVersion')),
    wide(text('Container-Runtime', 'status', 'nodeInfo', 'containerRuntimeVersion')),
  ],
  '/services': [
    NAME,
    text('Type', 'spec', 'type'),
    { name: 'Cluster-IP', cell: (service) => textAt(service, 'spec', 'clusterIP') ?? '<none>' },
    { name: 'External-IP', cell: () => '<none>' },
    {
      name: 'Port(s)',
      cell: (service) =>
        listAt(service, 'spec', 'ports')
          .map((port) => `${shown(at(port, 'port'))}/${textAt(port, 'protocol') ?? 'TCP'}`)
          .join(','),
    },
    AGE,
  ],
  '/events': [
    {
      name: 'Last Seen',
      cell: (event, now) =>
        age(
          textAt(event, 'lastTimestamp') ??
            textAt(event, 'eventTime') ??
            event.metadata.creationTimestamp,
          now,
        ),
    },
    text('Type', 'type'),
    text('Reason', 'reason'),
    {
      name: 'Object',
      cell: (event) =>
        `${(textAt(event, 'involvedObject', 'kind') ?? '').toLowerCase()}/${textAt(event, 'involvedObject', 'name')}`,
    },
    { name: 'Message', cell: (event) => (textAt(event, 'message') ?? '').trim() },
  ],
  '/resourcequotas': [
    NAME,
    { name: 'Request', cell: (quota) => usage(quota) },
    { name: 'Limit', cell: () => '' },
    AGE,
  ],
  'apps/deployments': [
    NAME,
    {
      name: 'Ready',
      cell: (one) =>
        `${numberAt(one, 'status', 'readyReplicas') ?? 0}/${numberAt(one, 'spec', 'replicas') ?? 0}`,
    },
    { ...count('Up-to-date', 'status', 'updatedReplicas') },
    { ...count('Available', 'status', 'availableReplicas') },
    AGE,
    ...containers,
    SELECTOR,
  ],
  'apps/replicasets': [
    NAME,
    count('Desired', 'spec', 'replicas'),
    count('Current', 'status', 'replicas'),
    count('Ready', 'status', 'readyReplicas'),
    AGE,
    ...containers,
    SELECTOR,
  ],
  'batch/jobs': [
    NAME,
    { name: 'Status', cell: jobStatus },
    {
      name: 'Completions',
      cell: (job) =>
        `${numberAt(job, 'status', 'succeeded') ?? 0}/${numberAt(job, 'spec', 'completions') ?? 1}`,
    },
    { name: 'Duration', cell: jobDuration },
    AGE,
    ...containers,
  ],
  'batch/cronjobs': [
    NAME,
    text('Schedule', 'spec', 'schedule'),
    { name: 'Timezone', cell: (job) => textAt(job, 'spec', 'timeZone') ?? '<none>' },
    { name: 'Suspend', cell: (job) => (at(job, 'spec', 'suspend') === true ? 'True' : 'False') },
    { name: 'Active', type: 'integer', cell: (job) => listAt(job, 'status', 'active').length },
    { name: 'Last Schedule', cell: (job, now) => lastSchedule(job, now) },
    AGE,
  ],
  'networking.k8s.io/networkpolicies': [
    NAME,
    {
      name: 'Pod-Selector',
      cell: (policy) => pairs(at(policy, 'spec', 'podSelector', 'matchLabels')),
    },
    AGE,
  ],
  'policy/poddisruptionbudgets': [
    NAME,
    {
      name: 'Min Available',
      cell: (budget) => shown(at(budget, 'spec', 'minAvailable') ?? 'N/A'),
    },
    {
      name: 'Max Unavailable',
      cell: (budget) => shown(at(budget, 'spec', 'maxUnavailable') ?? 'N/A'),
    },
    count('Allowed Disruptions', 'status', 'disruptionsAllowed'),
    AGE,
  ],
  'coordination.k8s.io/leases': [NAME, text('Holder', 'spec', 'holderIdentity'), AGE],
}

function customColumn(column: {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly priority?: number
  readonly description?: string
  readonly format?: string
}): Column {
  const path = column.jsonPath.split('.').filter((step) => step !== '')
  return {
    ...column,
    cell: (object, now) => {
      const value = at(object, ...path)
      return column.type === 'date' && typeof value === 'string' ? age(value, now) : (value ?? null)
    },
  }
}

function each(object: KubeObject, key: string): string {
  return listAt(object, 'spec', 'template', 'spec', 'containers')
    .map((container) => textAt(container, key) ?? '')
    .join(',')
}

function pairs(labels: unknown): string {
  const entries = isRecord(labels) ? Object.entries(labels) : []
  return entries.length === 0
    ? '<none>'
    : entries.map(([key, value]) => `${key}=${shown(value)}`).join(',')
}

function keys(value: unknown): number {
  return isRecord(value) ? Object.keys(value).length : 0
}

function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Ready')
  const status = textAt(ready, 'status') === 'True' ? 'Ready' : ready ? 'NotReady' : 'Unknown'
  return at(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status
}

function address(node: KubeObject, type: string): string {
  const found = listAt(node, 'status', 'addresses').find((one) => textAt(one, 'type') === type)
  return textAt(found, 'address') ?? '<none>'
}

function usage(quota: KubeObject): string {
  const hard = at(quota, 'spec', 'hard')
  const names = isRecord(hard) ? Object.keys(hard).toSorted() : []
  return names
    .map(
      (name) => `${name}: ${textAt(quota, 'status', 'used', name) ?? '0'}/${shown(at(hard, name))}`,
    )
    .join(', ')
}

function jobStatus(job: KubeObject): string {
  const is = (type: string) =>
    listAt(job, 'status', 'conditions').some(
      (one) => textAt(one, 'type') === type && textAt(one, 'status') === 'True',
    )
  if (is('Complete')) return 'Complete'
  if (is('Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  if (is('Suspended')) return 'Suspended'
  return is('FailureTarget')
    ? 'FailureTarget'
    : is('SuccessCriteriaMet')
      ? 'SuccessCriteriaMet'
      : 'Running'
}

function jobDuration(job: KubeObject, now: number): string {
  const started = textAt(job, 'status', 'startTime')
  if (started === undefined) return ''
  const ended = textAt(job, 'status', 'completionTime')
  return humanDuration((ended === undefined ? now : Date.parse(ended)) - Date.parse(started))
}

function lastSchedule(job: KubeObject, now: number): string {
  const last = textAt(job, 'status', 'lastScheduleTime')
  return last === undefined ? '<none>' : age(last, now)
}
