import { givenBack } from '../core/adoption.ts'
import type { Prior } from '../core/adoption.ts'
import { objectPath } from '../core/kinds.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { FIELD_MANAGER } from '../core/ownership.ts'
import { apiError } from './api-error.ts'
import type { Cluster } from './connect.ts'

/**
 * Gives up an object that stays when its set goes: it belongs to nobody then, and another set may adopt it. What was
 * made by us loses our labels alone, because those it stays for rely on all else: of a namespace, the pod security that
 * it enforces. What was adopted goes back to its owner as it was: what ours had put on it must not bind him.
 *
 * @param prior Of what was adopted.
 * @returns What it is now, in words. What is destroyed is destroyed either way.
 */
export async function giveUp(
  { api, transport }: Cluster,
  object: KubeObject,
  prior: Prior | undefined,
): Promise<string> {
  const ref = objectRef(object)
  const { uid } = object.metadata
  const { patch, removed, restored } = givenBack(object, prior)
  const answer = await transport.request({
    method: 'PATCH',
    path: `${objectPath(await api.kindOf(ref), ref)}?fieldManager=${FIELD_MANAGER}`,
    body: { metadata: { uid, ...patch } },
    contentType: 'application/merge-patch+json',
  })
  // gone, or another of the same name by now: neither is ours
  if (answer.status >= 300 && ![404, 409].includes(answer.status)) {
    const attempt = { subject: subjectOf(ref), verb: 'removal of our labels' }
    return `it keeps our labels: ${apiError(answer.status, answer.body, attempt).message}`
  }
  const back = [
    ...(removed.length > 0 ? [`removed ${removed.join(', ')}`] : []),
    ...(restored.length > 0 ? [`put back ${restored.join(', ')}`] : []),
  ]
  const told = back.length > 0 ? [`as before it was adopted: ${back.join('; ')}`] : []
  return [GIVEN_UP, ...told, ...(prior === undefined ? enforced(object) : [])].join('; ')
}

const GIVEN_UP = 'it belongs to nobody now, so that another set can adopt it'

const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce'

/** Pods that others start there later are bound by it, and nothing else would tell them why. */
function enforced({ kind, metadata }: KubeObject): readonly string[] {
  const level = metadata.labels?.[ENFORCE_LABEL]
  return kind !== 'Namespace' || level === undefined
    ? []
    : [
        `it still enforces pod security "${level}" (to end that: kubectl label namespace ${metadata.name} ${ENFORCE_LABEL}-)`,
      ]
}
