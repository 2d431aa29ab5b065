import { badRequest, invalid } from '../../errors.ts'
import { at, isRecord, numberAt } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import { applyJsonPatch } from '../../patch/json-patch.ts'
import { applyMergePatch } from '../../patch/merge-patch.ts'
import { invalidValue } from '../../resources/validation/causes.ts'
import type { Api } from '../api.ts'
import { readJson } from '../body.ts'
import { mediaType } from '../media-type.ts'
import type { Call } from '../call.ts'
import { liveObject } from '../read.ts'
import { json } from '../respond.ts'
import { updateObject } from '../write.ts'

/** `deployments/scale` and `replicasets/scale`: the number of replicas, and nothing else. */
export async function scale(api: Api, call: Call): Promise<Response> {
  const live = liveObject(api, call)
  if (call.verb === 'get') return json(scaleOf(live))
  const sent = await readJson(call.request)
  const wanted = call.verb === 'update' ? sent : patched(call, live, sent)
  const replicas = numberAt(wanted, 'spec', 'replicas') ?? 0
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw invalid({ group: 'autoscaling', kind: 'Scale', name: call.name ?? '' }, [
      invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ])
  }
  const resourceVersion = isRecord(wanted) ? at(wanted, 'metadata', 'resourceVersion') : undefined
  const fresh = {
    ...live,
    metadata: {
      ...live.metadata,
      ...(typeof resourceVersion === 'string' && call.verb === 'update' ? { resourceVersion } : {}),
    },
    spec: { ...(isRecord(live.spec) ? live.spec : {}), replicas },
  }
  return json(scaleOf(await updateObject(api, { ...call, verb: 'patch' }, live, fresh)))
}

function patched(call: Call, live: KubeObject, patch: unknown): unknown {
  const type = mediaType(call.request)
  const current = scaleOf(live)
  if (type === 'application/json-patch+json') return applyJsonPatch(current, patch)
  // A Scale has no lists, so a strategic merge is a merge
  if (type.includes('merge-patch')) return applyMergePatch(current, patch)
  throw badRequest(`patch type ${type} is not supported on the scale subresource`)
}

function scaleOf(live: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = live.metadata
  const labels = at(live, 'spec', 'selector', 'matchLabels')
  const selector = isRecord(labels)
    ? Object.entries(labels)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(',')
    : ''
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(live, 'spec', 'replicas') ?? 0 },
    status: { replicas: numberAt(live, 'status', 'replicas') ?? 0, selector },
  }
}
