import { isRecord, listAt, textAt } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import type { Rules } from '../resource.ts'
import {
  validateDisruptionBudget,
  validateNetworkPolicy,
  validateService,
  validateServiceUpdate,
} from '../validation/network.ts'
import { ensure, records, setDefault } from './edit.ts'
import { keepStatus, resetStatus } from './workloads.ts'

export const networkPolicyRules: Rules = {
  generation: true,
  defaults: (policy) => {
    const spec = ensure(policy, 'spec')
    for (const rule of [...records(spec, 'ingress'), ...records(spec, 'egress')]) {
      for (const port of records(rule, 'ports')) setDefault(port, 'protocol', 'TCP')
    }
    if (listAt(spec, 'policyTypes').length > 0) return
    const egress = listAt(spec, 'egress').length > 0
    spec['policyTypes'] = egress ? ['Ingress', 'Egress'] : ['Ingress']
  },
  validate: validateNetworkPolicy,
}

export const podDisruptionBudgetRules: Rules = {
  generation: true,
  prepareCreate: (budget) => {
    budget.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
  },
  prepareUpdate: keepStatus,
  validate: validateDisruptionBudget,
}

export const serviceRules: Rules = {
  name: 'label',
  defaults: (service) => {
    const spec = ensure(service, 'spec')
    setDefault(spec, 'sessionAffinity', 'None')
    setDefault(spec, 'type', 'ClusterIP')
    if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig']
    else
      setDefault(
        ensure(ensure(spec, 'sessionAffinityConfig'), 'clientIP'),
        'timeoutSeconds',
        10_800,
      )
    records(spec, 'ports').forEach(defaultPort)
    if (spec['type'] !== 'ExternalName') setDefault(spec, 'internalTrafficPolicy', 'Cluster')
    if (spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer') {
      setDefault(spec, 'externalTrafficPolicy', 'Cluster')
    }
    if (spec['type'] === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true)
  },
  prepareCreate: (service) => {
    resetStatus(service)
    service.status = { loadBalancer: {} }
    allocateAddress(ensure(service, 'spec'), service.metadata.uid ?? '')
  },
  prepareUpdate: (service, live) => {
    keepStatus(service, live)
    keepAddresses(ensure(service, 'spec'), isRecord(live.spec) ? live.spec : {})
  },
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  fieldSelectors: {
    'spec.clusterIP': (service) => textAt(service, 'spec', 'clusterIP') ?? '',
    'spec.type': (service) => textAt(service, 'spec', 'type') ?? '',
  },
}

function defaultPort(port: JsonObject): void {
  setDefault(port, 'protocol', 'TCP')
  const target = port['targetPort']
  if (target === undefined || target === 0 || target === '') port['targetPort'] = port['port']
}

/**
 * Gives a service its address in 10.96.0.0/16, made from the uid: nothing answers there, as no service proxy runs here.
 * Two services could get the same one, which a real allocator excludes.
 */
function allocateAddress(spec: JsonObject, uid: string): void {
  if (spec['type'] === 'ExternalName') return
  const bytes = Buffer.from(uid.replaceAll('-', '').slice(0, 4).padStart(4, '0'), 'hex')
  setDefault(spec, 'clusterIP', `10.96.${bytes[0] ?? 0}.${bytes[1] ?? 0}`)
  setDefault(spec, 'clusterIPs', [spec['clusterIP']])
  const dual = spec['clusterIP'] === 'None' && spec['selector'] === undefined
  setDefault(spec, 'ipFamilies', dual ? ['IPv4', 'IPv6'] : ['IPv4'])
  setDefault(spec, 'ipFamilyPolicy', dual ? 'RequireDualStack' : 'SingleStack')
}

/** A writer who leaves out what the server allocated keeps it, as long as the type still has an address. */
function keepAddresses(spec: JsonObject, live: JsonObject): void {
  if (spec['type'] === 'ExternalName') return
  for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
    if (live[key] !== undefined) setDefault(spec, key, live[key])
  }
}
