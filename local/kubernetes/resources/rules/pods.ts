import { at, isRecord, textAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import type { Rules } from '../resource.ts'
import { validatePod, validatePodUpdate } from '../validation/pod.ts'
import { ensure, setDefault } from './edit.ts'
import { defaultPodOnly, defaultPodSpec } from './pod-defaults.ts'
import { qosClass } from './qos.ts'

/** `podIP` is the first of `podIPs`; a writer who knows only the old field fills in the new one. */
function firstAddress(pod: KubeObject): void {
  const address = textAt(pod, 'status', 'podIP')
  if (address && isRecord(pod.status)) setDefault(pod.status, 'podIPs', [{ ip: address }])
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
  fieldSelectors: {
    'spec.nodeName': (pod) => textAt(pod, 'spec', 'nodeName') ?? '',
    'spec.restartPolicy': (pod) => textAt(pod, 'spec', 'restartPolicy') ?? '',
    'spec.schedulerName': (pod) => textAt(pod, 'spec', 'schedulerName') ?? '',
    'spec.serviceAccountName': (pod) => textAt(pod, 'spec', 'serviceAccountName') ?? '',
    'spec.hostNetwork': (pod) => String(at(pod, 'spec', 'hostNetwork') === true),
    'status.phase': (pod) => textAt(pod, 'status', 'phase') ?? '',
    'status.podIP': (pod: KubeObject) => textAt(pod, 'status', 'podIP') ?? '',
    'status.nominatedNodeName': (pod) => textAt(pod, 'status', 'nominatedNodeName') ?? '',
  },
}
