import { isIP } from 'node:net'
import { asText, at, isRecord, listAt } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { sameJson } from '../../schema/same.ts'
import { records } from '../rules/edit.ts'
import { duplicate, forbiddenField, invalidValue, notSupported, required } from './causes.ts'
import { portName, portNumber } from './container.ts'
import { dnsLabel } from './names.ts'
import { validateLabelSelector } from './selectors.ts'
import { intOrPercent } from './workload.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

export function validateNetworkPolicy(policy: KubeObject): readonly StatusCause[] {
  const spec = isRecord(policy.spec) ? policy.spec : {}
  return [
    ...validateLabelSelector(spec['podSelector'], 'spec.podSelector'),
    ...direction(spec, 'ingress', 'from'),
    ...direction(spec, 'egress', 'to'),
    ...listAt(spec, 'policyTypes').flatMap((type, index) =>
      type === 'Ingress' || type === 'Egress'
        ? []
        : [notSupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress'])],
    ),
  ]
}

function direction(spec: JsonObject, key: string, peers: string): readonly StatusCause[] {
  return records(spec, key).flatMap((rule, index) => {
    const field = `spec.${key}[${index}]`
    return [
      ...records(rule, 'ports').flatMap((port, at) => policyPort(port, `${field}.ports[${at}]`)),
      ...records(rule, peers).flatMap((peer, at) => policyPeer(peer, `${field}.${peers}[${at}]`)),
    ]
  })
}

function policyPort(port: JsonObject, field: string): readonly StatusCause[] {
  const protocol = PROTOCOLS.includes(asText(port['protocol']))
    ? []
    : [notSupported(`${field}.protocol`, port['protocol'], ['TCP', 'UDP', 'SCTP'])]
  const value = port['port']
  if (typeof value === 'number') return [...protocol, ...portNumber(value, `${field}.port`)]
  if (typeof value !== 'string') return protocol
  return [...protocol, ...portName(value).map((one) => invalidValue(`${field}.port`, value, one))]
}

function policyPeer(peer: JsonObject, field: string): readonly StatusCause[] {
  const causes = [
    ...validateLabelSelector(peer['podSelector'], `${field}.podSelector`),
    ...validateLabelSelector(peer['namespaceSelector'], `${field}.namespaceSelector`),
  ]
  const kinds = ['podSelector', 'namespaceSelector', 'ipBlock'].filter(
    (key) => peer[key] !== undefined,
  )
  if (kinds.length === 0) causes.push(required(field, 'must specify a peer'))
  const block = peer['ipBlock']
  if (isRecord(block)) causes.push(...cidr(block, `${field}.ipBlock`))
  if (kinds.length > 1 && kinds.includes('ipBlock')) {
    causes.push(forbiddenField(field, 'may not specify both ipBlock and another peer'))
  }
  return causes
}

function cidr(block: JsonObject, field: string): readonly StatusCause[] {
  const blocks: [string, unknown][] = [[`${field}.cidr`, block['cidr']]]
  listAt(block, 'except').forEach((one, index) => blocks.push([`${field}.except[${index}]`, one]))
  return blocks.flatMap(([path, value]) => {
    if (asText(value) === '') return [required(path)]
    const [address = '', bits = ''] = asText(value).split('/')
    const longest = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1
    return /^\d{1,3}$/.test(bits) && Number(bits) <= longest
      ? []
      : [
          invalidValue(
            path,
            value,
            'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
          ),
        ]
  })
}

export function validateDisruptionBudget(budget: KubeObject): readonly StatusCause[] {
  const spec = isRecord(budget.spec) ? budget.spec : {}
  const both = spec['minAvailable'] !== undefined && spec['maxUnavailable'] !== undefined
  return [
    ...(both
      ? [invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set')]
      : []),
    ...intOrPercent(spec['minAvailable'], 'spec.minAvailable'),
    ...intOrPercent(spec['maxUnavailable'], 'spec.maxUnavailable'),
    ...validateLabelSelector(spec['selector'], 'spec.selector'),
  ]
}

const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

export function validateService(service: KubeObject): readonly StatusCause[] {
  const spec = isRecord(service.spec) ? service.spec : {}
  const ports = records(spec, 'ports')
  const external = spec['type'] === 'ExternalName'
  const causes: StatusCause[] = []
  if (!SERVICE_TYPES.includes(asText(spec['type']))) {
    causes.push(notSupported('spec.type', spec['type'], SERVICE_TYPES))
  }
  if (ports.length === 0 && !external && spec['clusterIP'] !== 'None')
    causes.push(required('spec.ports'))
  if (external && !spec['externalName']) causes.push(required('spec.externalName'))
  return [...causes, ...ports.flatMap((port, index) => servicePort(port, index, ports))]
}

function servicePort(
  port: JsonObject,
  index: number,
  all: readonly JsonObject[],
): readonly StatusCause[] {
  const field = `spec.ports[${index}]`
  const name = asText(port['name'])
  const causes: StatusCause[] = []
  if (name === '' && all.length > 1) causes.push(required(`${field}.name`))
  if (name !== '')
    causes.push(...dnsLabel(name).map((one) => invalidValue(`${field}.name`, name, one)))
  if (name !== '' && all.findIndex((one) => one['name'] === name) < index)
    causes.push(duplicate(`${field}.name`, name))
  const twin = all.findIndex(
    (one) => one['port'] === port['port'] && one['protocol'] === port['protocol'],
  )
  if (twin < index) {
    causes.push({
      reason: 'FieldValueDuplicate',
      field,
      message: `Duplicate value: ${JSON.stringify({ name: '', protocol: port['protocol'], port: port['port'] })}`,
    })
  }
  causes.push(...portNumber(port['port'], `${field}.port`))
  if (typeof port['targetPort'] === 'number') {
    causes.push(...portNumber(port['targetPort'], `${field}.targetPort`))
  }
  if (!PROTOCOLS.includes(asText(port['protocol']))) {
    causes.push(notSupported(`${field}.protocol`, port['protocol'], PROTOCOLS))
  }
  return causes
}

export function validateServiceUpdate(
  service: KubeObject,
  live: KubeObject,
): readonly StatusCause[] {
  const before = at(live, 'spec', 'clusterIP')
  const after = at(service, 'spec', 'clusterIP')
  if (
    isAddressless(live) ||
    isAddressless(service) ||
    before === undefined ||
    sameJson(before, after)
  ) {
    return []
  }
  return [invalidValue('spec.clusterIPs[0]', [after], 'may not change once set')]
}

function isAddressless(object: KubeObject): boolean {
  return at(object, 'spec', 'type') === 'ExternalName'
}
