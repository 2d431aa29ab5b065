import { isIP, isIPv4 } from 'node:net'
import { at, listAt, numberAt, textAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { forbiddenField, IMMUTABLE, invalidValue } from './causes.ts'
import { dnsSubdomain } from './names.ts'

/**
 * What a node may write into a pod's status: what was decided at its creation stays, and a container that has ended for
 * good does not come back.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/core/validation/validation.go ValidatePodStatusUpdate
 */
export function validatePodStatus(pod: KubeObject, live: KubeObject): readonly StatusCause[] {
  return [
    ...nominatedNode(pod, live),
    ...qosClass(pod, live),
    ...observedGeneration(pod),
    ...transitions(pod, live),
    ...addresses(pod),
  ]
}

function nominatedNode(pod: KubeObject, live: KubeObject): readonly StatusCause[] {
  const field = 'status.nominatedNodeName'
  const name = textAt(pod, 'status', 'nominatedNodeName') ?? ''
  if (name === '' || name === textAt(live, 'status', 'nominatedNodeName')) return []
  return [
    ...dnsSubdomain(name).map((one) => invalidValue(field, name, one)),
    ...(textAt(pod, 'spec', 'nodeName')
      ? [forbiddenField(field, 'may not be set on pods that are already bound to a node')]
      : []),
  ]
}

function qosClass(pod: KubeObject, live: KubeObject): readonly StatusCause[] {
  const value = textAt(pod, 'status', 'qosClass')
  if (value === textAt(live, 'status', 'qosClass')) return []
  return [invalidValue('status.qosClass', value ?? '', IMMUTABLE)]
}

function observedGeneration(pod: KubeObject): readonly StatusCause[] {
  const value = numberAt(pod, 'status', 'observedGeneration') ?? 0
  if (value >= 0) return []
  return [invalidValue('status.observedGeneration', value, 'must be a non-negative integer')]
}

function transitions(pod: KubeObject, live: KubeObject): readonly StatusCause[] {
  const policy = textAt(live, 'spec', 'restartPolicy')
  if (policy === 'Always') return []
  const now = listAt(pod, 'status', 'containerStatuses')
  return listAt(live, 'status', 'containerStatuses').flatMap((before, index) => {
    const exitCode = numberAt(before, 'state', 'terminated', 'exitCode')
    if (exitCode === undefined || (exitCode !== 0 && policy === 'OnFailure')) return []
    const name = textAt(before, 'name')
    const isBack = now.some(
      (one) => textAt(one, 'name') === name && at(one, 'state', 'terminated') === undefined,
    )
    const field = `status.containerStatuses[${index}].state`
    return isBack ? [forbiddenField(field, 'may not be transitioned to non-terminated state')] : []
  })
}

function addresses(pod: KubeObject): readonly StatusCause[] {
  const addresses = listAt(pod, 'status', 'podIPs').map((one) => textAt(one, 'ip') ?? '')
  const wrong = addresses.flatMap((address, index) =>
    isIP(address) === 0
      ? [
          invalidValue(
            `status.podIPs[${index}]`,
            address,
            'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
          ),
        ]
      : [],
  )
  const families = new Set(addresses.map((address) => isIPv4(address)))
  if (addresses.length <= families.size) return wrong
  const shown = addresses.map((ip) => ({ IP: ip }))
  return [
    ...wrong,
    invalidValue('status.podIPs', shown, 'may specify no more than one IP for each IP family'),
  ]
}
