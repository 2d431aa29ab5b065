import { invalid, notImplemented } from '../../errors.ts'
import { at, isRecord, numberAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import type { Resource } from '../../resources/resource.ts'
import { invalidValue } from '../../resources/validation/causes.ts'
import { catalog } from '../../schema/catalog.ts'
import type { MapShape } from '../../schema/shape.ts'
import { SCALES } from '../../table/scale-cells.ts'
import type { Api } from '../api.ts'
import type { Call } from '../call.ts'
import { mediaType } from '../media-type.ts'
import { patchedObject, readPatch } from '../patch.ts'
import { checkName } from '../preconditions.ts'
import { liveObject } from '../read.ts'
import { readObject } from '../read-object.ts'
import { answer } from '../respond.ts'
import { updateObject } from '../write.ts'

/** `deployments/scale` and `replicasets/scale`: the number of replicas, and nothing else. */
export async function scale(api: Api, call: Call): Promise<Response> {
  const shown = { ...call, resource: SCALE }
  if (call.verb === 'get') return answer(api, shown, scaleOf(liveObject(api, call)))
  const sent = call.verb === 'update' ? await readScale(call) : await patchedScale(api, call)
  const live = liveObject(api, call)
  const replicas = numberAt(sent, 'spec', 'replicas') ?? 0
  if (replicas < 0) {
    throw invalid({ group: SCALE.group, kind: SCALE.kind, name: call.name ?? '' }, [
      invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ])
  }
  const { uid, resourceVersion } = sent.metadata
  const fresh = {
    ...live,
    metadata: {
      ...live.metadata,
      ...(uid ? { uid } : {}),
      ...(resourceVersion ? { resourceVersion } : {}),
    },
    spec: { ...(isRecord(live.spec) ? live.spec : {}), replicas },
  }
  return answer(api, shown, scaleOf(updateObject(api, call, live, fresh)))
}

const SCHEMA = 'io.k8s.api.autoscaling.v1.Scale'

/** Not served by itself: what this subresource takes and gives. */
const SCALE: Resource = {
  group: 'autoscaling',
  version: 'v1',
  plural: 'scales',
  singular: 'scale',
  kind: 'Scale',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: [],
  subresources: [],
  collection: SCALES,
  shape: () => catalog.shape(SCHEMA) as MapShape,
  rules: {},
}

async function readScale(call: Call): Promise<KubeObject> {
  const sent = await readObject({ ...call, resource: SCALE })
  checkName(call, sent)
  return sent
}

async function patchedScale(api: Api, call: Call): Promise<KubeObject> {
  if (mediaType(call.request).startsWith('application/apply-patch')) {
    throw notImplemented('server-side apply of the subresource scale')
  }
  const patch = await readPatch(call.request)
  return patchedObject({ ...call, resource: SCALE }, scaleOf(liveObject(api, call)), patch)
}

function scaleOf(live: KubeObject): KubeObject {
  const labels = at(live, 'spec', 'selector', 'matchLabels')
  const selector = isRecord(labels)
    ? Object.entries(labels)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(',')
    : ''
  const { name, namespace, uid, resourceVersion, creationTimestamp } = live.metadata
  const replicas = numberAt(live, 'spec', 'replicas') ?? 0
  return {
    kind: SCALE.kind,
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(live, 'status', 'replicas') ?? 0, selector },
  }
}
