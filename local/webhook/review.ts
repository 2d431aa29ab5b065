import { isRecord, textAt } from '../kubernetes/object.ts'
import type { KubeObject } from '../kubernetes/object.ts'
import type { PatchStep } from './difference.ts'

/** What the API server asks: may this pod be, and how shall it be changed? */
export interface Review {
  readonly uid: string
  readonly namespace: string
  readonly pod: KubeObject
}

/** What was asked is no question to this webhook; the sentence says what was expected. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError'
}

const API_VERSION = 'admission.k8s.io/v1'

/**
 * Reads an AdmissionReview about a pod.
 *
 * @throws {ReviewError} if it is none.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request
 */
export function parseReview(text: string): Review {
  const review = parseJson(text)
  const type = `${textAt(review, 'apiVersion')} ${textAt(review, 'kind')}`
  if (type !== `${API_VERSION} AdmissionReview`)
    throw new ReviewError(`expected ${API_VERSION} AdmissionReview, got ${type}`)
  const request = review['request']
  const uid = textAt(request, 'uid') ?? ''
  if (!isRecord(request) || uid === '') throw new ReviewError('expected request.uid')
  const { object } = request
  if (!isPod(object)) throw new ReviewError('expected a v1 Pod with containers in request.object')
  return { uid, namespace: textAt(request, 'namespace') ?? '', pod: object }
}

/** The answer that lets the pod pass, changed. */
export function allowed({ uid }: Review, patch: readonly PatchStep[]): object {
  const changed = {
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  }
  return answer({ uid, allowed: true, ...(patch.length > 0 && changed), status: { code: 200 } })
}

/** The answer that refuses the pod. */
export function denied({ uid }: Review, message: string): object {
  return answer({ uid, allowed: false, status: { code: 400, message } })
}

function answer(response: object): object {
  return { apiVersion: API_VERSION, kind: 'AdmissionReview', response }
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch {
    // Not JSON: as useless as JSON that is no object
  }
  throw new ReviewError('expected a JSON object')
}

/** The API server has validated the pod's types by its schema; this is for callers that are none. */
function isPod(value: unknown): value is KubeObject {
  return (
    isRecord(value) &&
    value['apiVersion'] === 'v1' &&
    value['kind'] === 'Pod' &&
    isRecord(value['metadata']) &&
    isRecord(value['spec']) &&
    Array.isArray(value['spec']['containers']) &&
    value['spec']['containers'].every(isRecord) &&
    [value['spec']['initContainers'] ?? []].flat().every(isRecord)
  )
}
