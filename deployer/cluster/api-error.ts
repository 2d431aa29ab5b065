import { DeployError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import { isImmutability, isOnlyImmutability } from '../core/conflicts.ts'
import { illegalBase64Keys } from '../core/illegal-base64.ts'
import { keptDefaultHint } from '../core/kept-default.ts'
import { neighbours, neighbourWaysOut } from '../core/list-neighbours.ts'
import { selectorMismatchHint } from '../core/selector-mismatch.ts'
import { mistypedHint } from '../core/mistyped.ts'
import { listAt, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { policyHint } from '../core/policy-hint.ts'
import { webhookDownHint } from '../core/webhook-hint.ts'
import { isWrongQuantity, QUANTITY_HINT, wrongQuantities } from '../core/wrong-quantities.ts'

/** What was being done when the API server refused it. */
export interface Attempt {
  /** `Kind/namespace/name` or the path of a collection. */
  readonly subject: string
  /** `apply`, `list`, `delete` … */
  readonly verb: string
  /** The object as it was found; tells what of others stands in the way. */
  readonly live?: KubeObject | undefined
  /** What was asked for. */
  readonly desired?: KubeObject
}

/**
 * A refusal of the API server as an error: subject, what was tried, the server's own sentence, and the next step.
 *
 * @param body The `Status` object of the answer; a proxy may have answered with something else.
 */
export function apiError(status: number, body: unknown, attempt: Attempt): DeployError {
  const message = messageOf(status, body)
  const reason = isMistyped(message) ? 'Invalid' : (textAt(body, 'reason') ?? `HTTP ${status}`)
  const code = codeOf(status, message)
  const { subject, verb, live, desired } = attempt
  const said = subject.startsWith('Secret/') ? message.replaceAll(FOUND, 'got ***') : message
  const beside = live && status === 422 ? neighbours(live, body) : undefined
  const mismatch = desired && selectorMismatchHint(body, desired, live)
  const kept = desired && live && keptDefaultHint(body, desired, live)
  const nextStep = beside === undefined || !live ? (mismatch ?? kept) : neighbourWaysOut(live)
  const place = beside ?? (desired && unnamedPlace(message, desired))
  const why = place === undefined ? said : `${place}: ${said}`
  return new DeployError(code, `${subject}: ${verb} refused (${reason}): ${why}`, {
    subject,
    ...(nextStep === undefined ? hint(code, status, body, subject) : { hint: nextStep }),
  })
}

/** Where it stands what the server refuses without a word of where. */
function unnamedPlace(message: string, desired: KubeObject): string | undefined {
  if (isWrongQuantity(message)) return placesText(wrongQuantities(desired), 'no quantity')
  return message.includes(ILLEGAL_BASE64)
    ? placesText(illegalBase64Keys(desired), 'no base64')
    : undefined
}

function placesText(places: readonly string[], what: string): string | undefined {
  if (places.length === 0) return undefined
  return `${places.join(', ')} ${places.length === 1 ? 'is' : 'are'} ${what}`
}

const ILLEGAL_BASE64 = 'illegal base64 data'

/** What a refused apply repeats of the object, whatever was written in the place of a text. */
const FOUND = /\bgot &.*$/gm

function codeOf(status: number, message: string): ErrorCode {
  // its answer may be any of these, as its author chose
  if (policyHint(message) !== undefined) return 'ERR_ADMISSION'
  if (status === 401) return 'ERR_UNAUTHORIZED'
  if (status === 403) return isForbidden(status, message) ? 'ERR_FORBIDDEN' : 'ERR_ADMISSION'
  if (status === 404) return 'ERR_NOT_FOUND'
  if (isMistyped(message)) return 'ERR_INVALID'
  if (status === 413) return 'ERR_INVALID'
  if (status === 400 || status === 422)
    return message.includes('admission webhook') ? 'ERR_ADMISSION' : 'ERR_INVALID'
  if (message.includes('failed calling webhook')) return 'ERR_ADMISSION'
  return 'ERR_API'
}

/**
 * Whether an apply states a field that its type does not have, or a value of another type. The API server calls that
 * an error of its own (500), and it is the same every time.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go
 */
export function isMistyped(message: string): boolean {
  return /^failed to (create typed patch|convert new) object/.test(message)
}

const UNSERVED = 'the server could not find the requested resource'

/**
 * The sentence of a refusal. Of a group that it does not serve an API server answers a line of plain text, in the place
 * of the sentence for a kind.
 */
export function messageOf(status: number, body: unknown): string {
  const isPlain = typeof body === 'string' && body.trim() === '404 page not found'
  return status === 404 && isPlain
    ? UNSERVED
    : (textAt(body, 'message') ?? 'the answer is no Kubernetes Status: is a proxy in between?')
}

/** Whether the API server does not have the path: it does not serve the kind; of a missing object it says its name. */
export function isUnserved(message: string): boolean {
  return message.includes(UNSERVED)
}

/** Whether RBAC refused. It says `User "x" cannot …`; everything else that answers 403 is an admission plug-in. */
export function isForbidden(status: number, message: string): boolean {
  return status === 403 && / cannot \w+ (resource|path) /.test(message)
}

function hint(
  code: ErrorCode,
  status: number,
  body: unknown,
  subject: string,
): { readonly hint?: string } {
  const message = textAt(body, 'message') ?? ''
  if (code === 'ERR_UNAUTHORIZED')
    return { hint: 'sign in again (az login, kubelogin), or write the kubeconfig again' }
  if (code === 'ERR_FORBIDDEN' && message.includes('"system:anonymous"')) {
    return {
      hint: "no credentials came along: the context's user in the kubeconfig has none; sign in and write the kubeconfig again",
    }
  }
  if (code === 'ERR_FORBIDDEN') {
    const [, namespace] = / in the namespace "([^"]+)"/.exec(message) ?? []
    const where = namespace === undefined ? '' : ` --namespace ${namespace}`
    return {
      hint: `ask for a ${where === '' ? 'ClusterRole' : 'Role'} that allows it; check: kubectl auth can-i --list${where}`,
    }
  }
  const [, missing] = /^namespaces? "([^"]*)" not found/.exec(message) ?? []
  if (missing !== undefined) {
    return {
      hint: `check metadata.namespace; put a Namespace object into the manifests, or make it: kubectl create namespace ${missing}`,
    }
  }
  if (/serviceaccount "[^"]*" not found/.test(message)) {
    return { hint: 'add the ServiceAccount to the manifests, or correct serviceAccountName' }
  }
  if (isWrongQuantity(message)) return { hint: QUANTITY_HINT }
  if (message.includes(ILLEGAL_BASE64)) {
    return { hint: BASE64_HINTS[subject.split('/')[0] ?? ''] ?? 'its bytes are written as base64' }
  }
  const typed = mistypedHint(message)
  if (typed !== undefined) return { hint: typed }
  if (isMistyped(message) || message.includes('strict decoding error')) {
    return { hint: 'correct what the message names: a misspelt field, or a value of another type' }
  }
  if (message.includes('exceeded quota')) {
    const [, namespace] = subject.split('/')
    return { hint: `free quota or ask for more: kubectl describe quota --namespace ${namespace}` }
  }
  if (message.includes('violates PodSecurity')) {
    return {
      hint: "the namespace enforces the restricted profile: change the pod's securityContext as named",
    }
  }
  const policy = policyHint(message)
  if (policy !== undefined) return { hint: policy }
  const down = webhookDownHint(message)
  if (down !== undefined) return { hint: down }
  if (message.includes('webhook')) {
    return { hint: 'the webhook decides, not this tool: correct what it names, or ask its owner' }
  }
  const [, terminating] = /in namespace (\S+) because it is being terminated/.exec(message) ?? []
  if (terminating !== undefined) {
    return {
      hint: `the namespace is being deleted; what holds it stands in: kubectl get namespace ${terminating} --output yaml; deploy again when it is gone`,
    }
  }
  if (status === 413) return { hint: TOO_LARGE }
  if (status === 422) {
    const causes = listAt(body, 'details', 'causes')
    if (causes.some(isFixedSelector)) {
      return {
        hint: 'put spec.selector back as it is on the cluster: it cannot change there; or delete the object, and deploy again',
      }
    }
    if (isOnlyImmutability(body)) {
      return {
        hint: 'these fields cannot change, and what it holds would be lost with it: put them back as they are on the cluster; or save what it holds, delete it yourself, and deploy again',
      }
    }
    const fields = causes
      .filter((cause) => !isImmutability(cause))
      .flatMap((cause) => textAt(cause, 'field') ?? [])
      // of the object as a whole the server gives no field a reader would know
      .filter((field) => field !== '[]' && field !== '')
    if (fields.length === 0 && message.includes('Too long')) return { hint: TOO_LARGE }
    return fields.length === 0
      ? {}
      : { hint: `change ${[...new Set(fields)].join(', ')} in the manifest` }
  }
  return {}
}

const BASE64_HINTS: Readonly<Record<string, string>> = {
  Secret: 'values of data are base64; write plain ones under stringData',
  ConfigMap: 'values of binaryData are base64; write plain ones under data',
}

const TOO_LARGE = 'make it smaller, or spread it over several objects'

/** Beside it stands that labels and selector differ, which names the labels although the selector is what moved. */
function isFixedSelector(cause: unknown): boolean {
  return textAt(cause, 'field') === 'spec.selector' && isImmutability(cause)
}
