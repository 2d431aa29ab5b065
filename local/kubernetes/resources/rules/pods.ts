import { at, isRecord, textAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import type { Rules } from '../resource.ts'
import { validatePod, validatePodUpdate } from '../validation/pod.ts'
import { validatePodStatus } from '../validation/pod-status.ts'
import { ensure } from './edit.ts'
import { defaultPodOnly, defaultPodSpec } from './pod-defaults.ts'
import { qosClass } from './qos.ts'

/** `podIP` is the first of `podIPs`; of two that differ the old field counts. */
function firstAddress(pod: KubeObject): void {
  const address = textAt(pod, 'status', 'podIP')
  if (!address || !isRecord(pod.status)) return
  if (textAt(pod, 'status', 'podIPs', 0, 'ip') !== address) pod.status['podIPs'] = [{ ip: address }]
}

export const podRules: Rules = {
  generation: true,
  defaults: (pod) => {
    const spec = ensure(pod, 'spec')
    defaultPodSpec(spec)
    defaultPodOnly(spec)
    firstAddress(pod)
  },
  prepareCreate: (pod) => {
    const spec = ensure(pod, 'spec')
    const grace = spec['terminationGracePeriodSeconds']
    if (typeof grace === 'number' && grace < 0) spec['terminationGracePeriodSeconds'] = 1
    pod.status = { phase: 'Pending', qosClass: qosClass(pod) }
  },
  prepareUpdate: (pod, live) => {
    pod.status = live.status
  },
  validate: validatePod,
  validateUpdate: validatePodUpdate,
  validateStatus: validatePodStatus,
  fieldSelectors: {
    'spec.nodeName': (pod) => textAt(pod, 'spec', 'nodeName') ?? '',
    'spec.restartPolicy': (pod) => textAt(pod, 'spec', 'restartPolicy') ?? '',
    'spec.schedulerName': (pod) => textAt(pod, 'spec', 'schedulerName') ?? '',
    'spec.serviceAccountName': (pod) => textAt(pod, 'spec', 'serviceAccountName') ?? '',
    'spec.hostNetwork': (pod) => String(at(pod, 'spec', 'hostNetwork') === true),
    'status.phase': (pod) => textAt(pod, 'status', 'phase') ?? '',
    'status.podIP': (pod) => textAt(pod, 'status', 'podIP') ?? '',
    // Known to the real server, and never filled in
    'status.podIPs': () => '',
    'status.nominatedNodeName': (pod) => textAt(pod, 'status', 'nominatedNodeName') ?? '',
  },
}
