import { isRecord, listAt, textAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import type { Rules } from '../resource.ts'
import { validateLease } from '../validation/lease.ts'
import { validateResourceQuota } from '../validation/quota.ts'
import { ensure, setDefault } from './edit.ts'
import { keepStatus, resetStatus } from './workloads.ts'

export const namespaceRules: Rules = {
  name: 'label',
  defaults: (namespace) => {
    const { name, labels } = namespace.metadata
    if (name !== undefined) {
      namespace.metadata.labels = { ...labels, 'kubernetes.io/metadata.name': name }
    }
    setDefault(ensure(namespace, 'status'), 'phase', 'Active')
  },
  prepareCreate: (namespace) => {
    namespace.status = { phase: 'Active' }
    const finalizers = listAt(namespace, 'spec', 'finalizers')
    if (!finalizers.includes('kubernetes')) {
      namespace.spec = { finalizers: [...finalizers, 'kubernetes'] }
    }
  },
  prepareUpdate: (namespace, live) => {
    namespace.spec = live.spec
    keepStatus(namespace, live)
  },
  fieldSelectors: {
    'status.phase': (namespace) => textAt(namespace, 'status', 'phase') ?? '',
  },
}

export const nodeRules: Rules = {
  defaults: (node) => {
    const status = ensure(node, 'status')
    if (isRecord(status['capacity'])) setDefault(status, 'allocatable', status['capacity'])
  },
  prepareUpdate: (node: KubeObject, live: KubeObject) => keepStatus(node, live),
  fieldSelectors: {
    'spec.unschedulable': (node) =>
      String(isRecord(node.spec) && node.spec['unschedulable'] === true),
  },
}

export const resourceQuotaRules: Rules = {
  prepareCreate: resetStatus,
  prepareUpdate: keepStatus,
  validate: validateResourceQuota,
}

export const leaseRules: Rules = { validate: validateLease }
