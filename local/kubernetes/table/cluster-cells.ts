import { at, isRecord, listAt, numberAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { age } from './age.ts'
import { labelText, row, selectorText } from './row.ts'
import type { Cells } from './row.ts'

/** Cells of everything that runs no pods. */
export const CLUSTER_CELLS: Readonly<Record<string, Cells>> = {
  '/namespaces': (one, now) => row(one, now, [textAt(one, 'status', 'phase') ?? '']),
  '/serviceaccounts': (one, now) => row(one, now, []),
  '/configmaps': (one, now) => row(one, now, [keys(one['data']) + keys(one['binaryData'])]),
  '/secrets': (one, now) => row(one, now, [textAt(one, 'type') ?? '', keys(one['data'])]),
  '/nodes': nodeCells,
  '/services': (one, now) =>
    row(
      one,
      now,
      [
        textAt(one, 'spec', 'type') ?? '',
        textAt(one, 'spec', 'clusterIPs', 0) ?? '<none>',
        externalAddress(one),
        ports(one),
      ],
      [labelText(at(one, 'spec', 'selector'))],
    ),
  '/events': eventCells,
  '/resourcequotas': (one, now) =>
    row(one, now, [
      usage(one, (name) => !name.startsWith('limits.')),
      usage(one, (name) => name.startsWith('limits.')),
    ]),
  'networking.k8s.io/networkpolicies': (one, now) =>
    row(one, now, [selectorText(at(one, 'spec', 'podSelector'))]),
  'policy/poddisruptionbudgets': (one, now) =>
    row(one, now, [
      amount(at(one, 'spec', 'minAvailable')),
      amount(at(one, 'spec', 'maxUnavailable')),
      numberAt(one, 'status', 'disruptionsAllowed') ?? 0,
    ]),
  'coordination.k8s.io/leases': (one, now) =>
    row(one, now, [textAt(one, 'spec', 'holderIdentity') ?? '']),
  'rbac.authorization.k8s.io/rolebindings': bindingCells,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingCells,
}

function keys(value: unknown): number {
  return isRecord(value) ? Object.keys(value).length : 0
}

function amount(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : 'N/A'
}

function nodeCells(node: KubeObject, now: number): readonly unknown[] {
  const info = (key: string): string => textAt(node, 'status', 'nodeInfo', key) || '<unknown>'
  const architecture = textAt(node, 'status', 'nodeInfo', 'architecture')
  const kernel = info('kernelVersion') + (architecture ? ` (${architecture})` : '')
  const version = textAt(node, 'status', 'nodeInfo', 'kubeletVersion') ?? ''
  return [
    node.metadata.name ?? '',
    nodeStatus(node),
    roles(node),
    age(node.metadata.creationTimestamp, now),
    version,
    address(node, 'InternalIP'),
    address(node, 'ExternalIP'),
    info('osImage'),
    kernel,
    info('containerRuntimeVersion'),
  ]
}

function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, 'status', 'conditions').find((one) => at(one, 'type') === 'Ready')
  const status =
    ready === undefined ? 'Unknown' : at(ready, 'status') === 'True' ? 'Ready' : 'NotReady'
  return at(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status
}

const ROLE_PREFIX = 'node-role.kubernetes.io/'

function roles(node: KubeObject): string {
  const found = Object.keys(node.metadata.labels ?? {}).filter((key) => key.startsWith(ROLE_PREFIX))
  const names = found.map((key) => key.slice(ROLE_PREFIX.length)).toSorted()
  return names.length === 0 ? '<none>' : names.join(',')
}

function address(node: KubeObject, type: string): string {
  const found = listAt(node, 'status', 'addresses').find((one) => at(one, 'type') === type)
  return textAt(found, 'address') ?? '<none>'
}

function externalAddress(service: KubeObject): string {
  const type = textAt(service, 'spec', 'type')
  if (type === 'ExternalName') return textAt(service, 'spec', 'externalName') ?? ''
  const external = listAt(service, 'spec', 'externalIPs').map(String)
  if (external.length > 0) return external.join(',')
  return type === 'LoadBalancer' ? '<pending>' : '<none>'
}

function ports(service: KubeObject): string {
  const list = listAt(service, 'spec', 'ports').map((port) => {
    const nodePort = numberAt(port, 'nodePort') ?? 0
    const number = `${numberAt(port, 'port')}${nodePort > 0 ? `:${nodePort}` : ''}`
    return `${number}/${textAt(port, 'protocol') ?? ''}`
  })
  return list.length === 0 ? '<none>' : list.join(',')
}

function eventCells(event: KubeObject, now: number): readonly unknown[] {
  const first = textAt(event, 'firstTimestamp') ?? textAt(event, 'eventTime')
  const last = textAt(event, 'lastTimestamp') ?? first
  const series = textAt(event, 'series', 'lastObservedTime')
  const count = numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 0
  const name = textAt(event, 'involvedObject', 'name') ?? ''
  const kind = (textAt(event, 'involvedObject', 'kind') ?? '').toLowerCase()
  return [
    age(series ?? last, now),
    textAt(event, 'type') ?? '',
    textAt(event, 'reason') ?? '',
    name === '' ? kind : `${kind}/${name}`,
    textAt(event, 'involvedObject', 'fieldPath') ?? '',
    source(event),
    (textAt(event, 'message') ?? '').trim(),
    age(first, now),
    count === 0 ? 1 : count,
    event.metadata.name ?? '',
  ]
}

function source(event: KubeObject): string {
  const component =
    textAt(event, 'source', 'component') || (textAt(event, 'reportingComponent') ?? '')
  const instance = textAt(event, 'source', 'host') || (textAt(event, 'reportingInstance') ?? '')
  return instance === '' ? component : `${component}, ${instance}`
}

function usage(quota: KubeObject, wanted: (name: string) => boolean): string {
  const hard = at(quota, 'status', 'hard')
  const names = isRecord(hard) ? Object.keys(hard).filter(wanted).toSorted() : []
  return names
    .map((name) => `${name}: ${textAt(quota, 'status', 'used', name) ?? '0'}/${textAt(hard, name)}`)
    .join(', ')
}

function bindingCells(binding: KubeObject, now: number): readonly unknown[] {
  const subjects = listAt(binding, 'subjects')
  const of = (kind: string): readonly unknown[] =>
    subjects.filter((one) => at(one, 'kind') === kind)
  const role = `${textAt(binding, 'roleRef', 'kind')}/${textAt(binding, 'roleRef', 'name')}`
  return row(
    binding,
    now,
    [role],
    [
      of('User').map(nameOf).join(', '),
      of('Group').map(nameOf).join(', '),
      of('ServiceAccount')
        .map((one) => `${textAt(one, 'namespace') ?? ''}/${nameOf(one)}`)
        .join(', '),
    ],
  )
}

function nameOf(subject: unknown): string {
  return textAt(subject, 'name') ?? ''
}
