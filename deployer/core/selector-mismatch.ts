import { labelsText } from './labels-text.ts'
import { at, isFields, listAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

const LABELS = 'spec.template.metadata.labels'

/**
 * What to do where a workload does not select its own pods. The API server names the labels alone, although either side
 * may be the wrong one; of an object that exists, the selector cannot change any more.
 *
 * @param body The `Status` of the refusal.
 * @param live The object as it is on the cluster, if it is there.
 */
export function selectorMismatchHint(
  body: unknown,
  desired: KubeObject,
  live: KubeObject | undefined,
): string | undefined {
  const causes = listAt(body, 'details', 'causes')
  // a selector that was moved on an existing object says of itself what to do
  if (causes.some((cause) => textAt(cause, 'field') === 'spec.selector')) return undefined
  if (!causes.some(isMismatch)) return undefined
  const selector = shown(at(desired, 'spec', 'selector', 'matchLabels'))
  const labels = shown(at(desired, 'spec', 'template', 'metadata', 'labels'))
  const remedy = live
    ? `change ${LABELS}: the selector cannot change on the cluster`
    : 'change the one that is wrong'
  return `spec.selector asks for ${selector}, and ${LABELS} gives ${labels}: ${remedy}`
}

function isMismatch(cause: unknown): boolean {
  const message = textAt(cause, 'message') ?? ''
  return textAt(cause, 'field') === LABELS && /selector`? does not match/.test(message)
}

function shown(labels: unknown): string {
  return isFields(labels) && Object.keys(labels).length > 0 ? labelsText(labels) : 'nothing'
}
