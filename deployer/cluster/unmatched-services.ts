import { isFailure } from '../core/errors.ts'
import { labelsText } from '../core/labels-text.ts'
import { mapAfter } from '../core/map-after.ts'
import { at, listAt, objectRef, subjectOf } from '../core/object.ts'
import type { Fields, KubeObject } from '../core/object.ts'
import { SETTLED } from '../core/plan.ts'
import type { Plan, PlanEntry } from '../core/plan.ts'
import {
  isSelected,
  missingPorts,
  selectorOf,
  selectsNothing,
  templatePath,
} from '../core/service-targets.ts'
import type { PodFace } from '../core/service-targets.ts'
import type { Api } from './api.ts'

/**
 * The Services of a plan that will lead to nothing, which no API server refuses: whose selector matches no pod, or
 * whose named port none of the pods has. Their pods may still come from elsewhere, so that it is worth a warning and
 * no more.
 *
 * Looked at only where something of the namespace changes. One LIST of pods for each Service that selects none of the
 * manifests', and none otherwise; what one may not read is passed over.
 *
 * @returns `Service/ns/web: its selector app=wbe matches no pod, …`
 */
export async function unmatchedServices(api: Api, plan: Plan): Promise<readonly string[]> {
  const changing = new Set(
    plan.entries.filter(isChanging).map(({ ref: { namespace } }) => namespace),
  )
  const staying = plan.entries.filter(
    ({ action, ref: { namespace } }) => action !== 'prune' && changing.has(namespace),
  )
  const found = await Promise.all(
    staying.map(async ({ ref, desired, live }) => {
      const service = desired ?? live
      const selector = service && selectorOf(service)
      if (!service || !selector) return []
      const beside = plan.entries.filter((one) => one.ref.namespace === ref.namespace)
      return problemsOf(api, service, selector, beside)
    }),
  )
  return found.flat()
}

function isChanging({ action }: PlanEntry): boolean {
  return action === 'prune' || !SETTLED.includes(action)
}

async function problemsOf(
  api: Api,
  service: KubeObject,
  selector: Fields,
  beside: readonly PlanEntry[],
): Promise<readonly string[]> {
  const subject = subjectOf(objectRef(service))
  const faces = beside.filter(({ action }) => action !== 'prune').flatMap(faceAfter)
  const isChosen = (face: PodFace) => isSelected(selector, face)
  const chosen = faces.filter(isChosen)
  if (chosen.length > 0) {
    return missingPorts(service, chosen).map((text) => `${subject}: ${text}`)
  }
  const before = beside.find(({ live }) => live && faceOf(live).some(isChosen))
  if (before) {
    return [
      `${subject}: its selector ${labelsText(selector)} matches no pod any more: this deploy takes that from ${subjectOf(before.ref)}`,
    ]
  }
  const pods = await podsOf(api, service, selector)
  if (pods === undefined) return []
  const texts =
    pods.length > 0
      ? missingPorts(service, pods.flatMap(faceOf))
      : [selectsNothing(selector, faces)]
  return texts.map((text) => `${subject}: ${text}`)
}

/** As the deploy leaves it. */
function faceAfter(entry: PlanEntry): readonly PodFace[] {
  const object = entry.desired ?? entry.live
  if (!object) return []
  const labels = mapAfter(entry, ...templatePath(object), 'metadata', 'labels')
  return faceOf(object).map((face) => ({ ...face, labels }))
}

/** None of an object that runs no pods. */
function faceOf(object: KubeObject): readonly PodFace[] {
  const template = at(object, ...templatePath(object))
  const spec = at(template, 'spec')
  if (listAt(spec, 'containers').length === 0) return []
  const labels = (at(template, 'metadata', 'labels') ?? {}) as Fields
  return [{ subject: subjectOf(objectRef(object)), labels, spec }]
}

/** @returns undefined if nobody may tell. */
async function podsOf(
  api: Api,
  { metadata }: KubeObject,
  selector: Fields,
): Promise<readonly KubeObject[] | undefined> {
  const kind = await api.kindOf({ apiVersion: 'v1', kind: 'Pod' })
  const options = { labelSelector: labelsText(selector) }
  try {
    const { namespace } = metadata
    const found = await api.list(kind, { ...options, ...(namespace ? { namespace } : {}) })
    return found.items
  } catch (error) {
    if (isFailure(error, 'ERR_FORBIDDEN')) return undefined
    throw error
  }
}
