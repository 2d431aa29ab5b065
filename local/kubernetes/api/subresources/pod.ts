import { aggregated, badRequest, conflict, StatusError } from '../../errors.ts'
import { at, isRecord, listAt, textAt } from '../../object.ts'
import type { JsonObject, KubeObject, ObjectMeta } from '../../object.ts'
import { timestamp } from '../api.ts'
import type { Api } from '../api.ts'
import { readRecord } from '../body.ts'
import type { Call } from '../call.ts'
import { liveObject } from '../read.ts'
import { json } from '../respond.ts'
import { placeOf } from '../write.ts'

export const SUCCESS = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code: 201,
}

/** `pods/binding`: puts a pod on a node, once. */
export async function bindPod(api: Api, call: Call): Promise<Response> {
  const binding = await readRecord(call.request)
  const named = textAt(binding, 'metadata', 'name') ?? ''
  const name = call.name ?? named
  if (name !== named) throw badRequest('name in URL does not match name in Binding object')
  const node = nodeOf(binding)
  const pod = liveObject(api, { ...call, name, resource: podResource(api, call) })
  checkBindable(pod, binding, name)
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
    metadata: withTexts(pod.metadata, binding),
    spec: { ...(isRecord(pod.spec) ? pod.spec : {}), nodeName: node },
    status: { ...(isRecord(pod.status) ? pod.status : {}), conditions: [...conditions, condition] },
  }
  if (!call.dryRun) api.store.put(placeOf(podResource(api, call), call.namespace, name), fresh)
  return json(SUCCESS, 201)
}

function nodeOf(binding: JsonObject): string {
  const kind = textAt(binding, 'target', 'kind') ?? ''
  const node = textAt(binding, 'target', 'name') ?? ''
  const problems = [
    ...(kind === '' || kind === 'Node'
      ? []
      : [
          `target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`,
        ]),
    ...(node === '' ? ['target.name: Required value'] : []),
  ]
  if (problems.length === 0) return node
  throw new StatusError(500, '', aggregated(problems))
}

/** A scheduler that looked at a namesake, or comes second, is told so. */
function checkBindable(pod: KubeObject, binding: JsonObject, name: string): void {
  const { uid, namespace, deletionTimestamp } = pod.metadata
  const wanted = textAt(binding, 'metadata', 'uid')
  if (wanted && wanted !== uid) {
    throw conflict(
      { resource: 'pods', name },
      `StorageError: invalid object, Code: 4, Key: /registry/pods/${namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${uid}`,
    )
  }
  const subject = { resource: 'pods/binding', name }
  if (deletionTimestamp !== undefined) {
    throw conflict(subject, `pod ${name} is being deleted, cannot be assigned to a host`)
  }
  const current = textAt(pod, 'spec', 'nodeName')
  if (current) throw conflict(subject, `pod ${name} is already assigned to node "${current}"`)
  if (listAt(pod, 'spec', 'schedulingGates').length > 0) {
    throw conflict(subject, `pod ${name} has non-empty .spec.schedulingGates`)
  }
}

/** A binding's labels and annotations become the pod's. */
function withTexts(metadata: ObjectMeta, binding: JsonObject): ObjectMeta {
  const result = { ...metadata }
  for (const part of ['labels', 'annotations'] as const) {
    const given = at(binding, 'metadata', part)
    if (isRecord(given)) result[part] = { ...metadata[part], ...(given as Record<string, string>) }
  }
  return result
}

function podResource(api: Api, call: Call) {
  return api.registry.byPlural('pods') ?? call.resource
}
