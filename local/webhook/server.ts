import type { Handler } from '../http.ts'
import type { KubeObject } from '../kubernetes/object.ts'
import { pathSegment } from '../kubernetes/resources/validation/names.ts'
import { difference } from './difference.ts'
import { Denial, accountNameOf, injectWorkloadIdentity } from './mutation.ts'
import type { WebhookSettings } from './mutation.ts'
import { ReviewError, allowed, denied, parseReview } from './review.ts'
import type { Review } from './review.ts'

/** One pod that was admitted or refused, for the log. */
export interface AdmissionEvent {
  /** Milliseconds since the Unix epoch. */
  readonly time: number
  readonly namespace: string
  /** Its name, or what it will start with. */
  readonly pod: string
  /** Why it was refused; absent if it was changed. */
  readonly denial?: string
}

export interface WebhookOptions {
  readonly settings: WebhookSettings
  /** Reads a live service account; throws what the API server refuses with. */
  readonly findAccount: (namespace: string, name: string) => Promise<KubeObject>
  readonly now?: () => number
  readonly onAdmission?: (event: AdmissionEvent) => void
}

const PATH = '/mutate-v1-pod'
/** As controller-runtime, on which the upstream webhook is built, has it. */
const MAX_BODY_BYTES = 7 * 1024 * 1024

/**
 * The admission webhook as a function of one request: an AdmissionReview in, the same with its answer out.
 *
 * A dry run is answered like any other: the webhook keeps nothing and does nothing beside.
 */
export function createWebhook(options: WebhookOptions): Handler {
  const { now = Date.now } = options
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname !== PATH) return text(404, `expected POST ${PATH}, got ${pathname}`)
    if (request.method !== 'POST') return text(405, `expected POST, got ${request.method}`)
    const type = request.headers.get('content-type') ?? ''
    if (!/^application\/json\s*(;|$)/i.test(type))
      return text(415, `expected content-type application/json, got "${type}"`)
    const body = await readBody(request)
    if (body === undefined) return text(413, `expected at most ${MAX_BODY_BYTES} bytes`)

    try {
      const review = parseReview(body)
      const { answer, denial } = await decide(review, options)
      const { namespace, pod } = review
      const name = pod.metadata.name ?? `${pod.metadata.generateName ?? ''}…`
      options.onAdmission?.({ time: now(), namespace, pod: name, ...(denial && { denial }) })
      return Response.json(answer)
    } catch (error) {
      if (error instanceof ReviewError) return text(400, error.message)
      throw error
    }
  }
}

async function decide(
  review: Review,
  { findAccount, settings }: WebhookOptions,
): Promise<{ readonly answer: object; readonly denial?: string }> {
  const { pod, namespace } = review
  try {
    const name = accountNameOf(pod)
    checkNames(namespace, name)
    // Whatever hinders it, the API server missing included, is 400 and the reason, as upstream has it
    const account = await findAccount(namespace, name).catch((cause: unknown) => {
      throw new Denial(cause instanceof Error ? cause.message : String(cause), { cause })
    })
    const changed = injectWorkloadIdentity(pod, account, settings)
    return { answer: allowed(review, difference(pod, changed)) }
  } catch (error) {
    if (!(error instanceof Denial)) throw error
    return { answer: denied(review, error.message), denial: error.message }
  }
}

/**
 * Names become segments of a path, and whoever reaches the webhook chooses them; the sentences are client-go's.
 *
 * @throws {Denial}
 */
function checkNames(namespace: string, name: string): void {
  if (namespace === '')
    throw new Denial('an empty namespace may not be set when a resource name is provided')
  for (const [what, value] of [
    ['namespace', namespace],
    ['resource name', name],
  ] as const) {
    const problems = pathSegment(value)
    if (problems.length > 0)
      throw new Denial(`invalid ${what} ${JSON.stringify(value)}: [${problems.join(' ')}]`)
  }
}

async function readBody(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function text(status: number, sentence: string): Response {
  const headers = status === 405 ? { allow: 'POST' } : {}
  return new Response(`${sentence}\n`, { status, headers })
}
