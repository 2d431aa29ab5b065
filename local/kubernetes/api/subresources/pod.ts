import { badRequest, conflict, StatusError, tooManyRequests } from '../../errors.ts'
import { isRecord, listAt, numberAt, at, textAt } from '../../object.ts'
import { matchesLabelSelector } from '../../selectors.ts'
import { timestamp } from '../api.ts'
import type { Api } from '../api.ts'
import { readRecord } from '../body.ts'
import type { Call } from '../call.ts'
import { liveObject } from '../read.ts'
import { parseDeleteOptions } from '../delete-options.ts'
import { remove } from '../remove.ts'
import { json } from '../respond.ts'
import { placeOf } from '../write.ts'

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }

/** `pods/binding`: puts a pod on a node, once. */
export async function bindPod(api: Api, call: Call): Promise<Response> {
  const binding = await readRecord(call.request)
  const name = call.name ?? textAt(binding, 'metadata', 'name') ?? ''
  const node = textAt(binding, 'target', 'name')
  if (!node) throw new StatusError(500, '', 'target.name: Required value')
  const pod = liveObject(api, { ...call, name, resource: podResource(api, call) })
  const subject = { resource: 'pods/binding', name }
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(subject, `pod ${name} is being deleted, cannot be assigned to a host`)
  }
  const current = textAt(pod, 'spec', 'nodeName')
  if (current) throw conflict(subject, `pod ${name} is already assigned to node "${current}"`)
  const condition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(api),
  }
  const conditions = listAt(pod, 'status', 'conditions').filter(
    (one) => textAt(one, 'type') !== 'PodScheduled',
  )
  const fresh = {
    ...pod,
    spec: { ...(isRecord(pod.spec) ? pod.spec : {}), nodeName: node },
    status: { ...(isRecord(pod.status) ? pod.status : {}), conditions: [...conditions, condition] },
  }
  if (!call.dryRun) api.store.put(placeOf(podResource(api, call), call.namespace, name), fresh)
  return json(SUCCESS, 201)
}

/** `pods/eviction`: a delete that a disruption budget may refuse. */
export async function evictPod(api: Api, call: Call): Promise<Response> {
  const eviction = await readRecord(call.request)
  const name = textAt(eviction, 'metadata', 'name')
  if (name && name !== call.name) {
    throw badRequest('name in URL does not match name in Eviction object')
  }
  const options = parseDeleteOptions(call, eviction['deleteOptions'])
  const pod = liveObject(api, call)
  const blocking = api.store
    .list('policy/poddisruptionbudgets', call.namespace)
    .filter((budget) => matchesLabelSelector(at(budget, 'spec', 'selector'), pod.metadata.labels))
    .find((budget) => (numberAt(budget, 'status', 'disruptionsAllowed') ?? 0) === 0)
  if (blocking) {
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 10)
  }
  remove(api, call, pod, options)
  return json(SUCCESS, 201)
}

function podResource(api: Api, call: Call) {
  return api.registry.byPlural('pods') ?? call.resource
}
