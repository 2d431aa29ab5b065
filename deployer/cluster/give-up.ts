import { objectPath } from '../core/kinds.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { FIELD_MANAGER, MANAGED_BY_LABEL, PART_OF_LABEL } from '../core/ownership.ts'
import { apiError } from './api-error.ts'
import type { Cluster } from './connect.ts'

/**
 * Takes our labels off an object that stays when its set goes: it belongs to nobody then, and another set may adopt it.
 * All else stays as it is, because those it stays for rely on it: of a namespace, the pod security that it enforces.
 *
 * @returns Why the labels stay; undefined if they are gone. What is destroyed is destroyed either way.
 */
export async function giveUp(
  { api, transport }: Cluster,
  object: KubeObject,
): Promise<string | undefined> {
  const ref = objectRef(object)
  const { uid } = object.metadata
  const labels = { [PART_OF_LABEL]: null, [MANAGED_BY_LABEL]: null }
  const answer = await transport.request({
    method: 'PATCH',
    path: `${objectPath(await api.kindOf(ref), ref)}?fieldManager=${FIELD_MANAGER}`,
    body: { metadata: { uid, labels } },
    contentType: 'application/merge-patch+json',
  })
  // gone, or another of the same name by now: neither is ours
  if (answer.status < 300 || [404, 409].includes(answer.status)) return undefined
  const attempt = { subject: subjectOf(ref), verb: 'removal of our labels' }
  return apiError(answer.status, answer.body, attempt).message
}
