import { jsonAnswer, newTrace, notHereAnswer, refusalAnswer } from './answer.ts'
import { exchangeEvent, withoutSecrets } from './audit.ts'
import type { ExchangeEvent } from './audit.ts'
import type { EntraDirectory } from './directory.ts'
import { isGuid } from './directory.ts'
import { ANSWERS, Refusal, refuse } from './errors.ts'
import { exchange } from './exchange.ts'
import type { KeyFinder } from './issuer-keys.ts'
import type { SigningKey } from './signing-key.ts'
import { NotHere, parseForm } from './token-request.ts'
import type { TokenForm } from './token-request.ts'
import { issueToken } from './tokens.ts'

/** A trouble of Entra's own, asked for by a test: 90055 is throttling, 90033 a directory that is down. */
export interface Fault {
  readonly code: 90055 | 90033
  /** Absent: no `Retry-After` header, and then SDKs do not try a 429 again. */
  readonly retryAfterSeconds?: number
}

/** What the token endpoint works with. */
export interface TokenWorld {
  readonly directory: () => EntraDirectory
  readonly keys: KeyFinder
  readonly signingKey: SigningKey
  readonly now: () => number
  readonly onExchange: (event: ExchangeEvent) => void
  readonly fault: () => Fault | undefined
}

const MAX_BODY_BYTES = 128 * 1024

/**
 * `POST /{tenant}/oauth2/v2.0/token`. Query parameters are ignored, as Entra ignores them.
 *
 * @param tenant The path's first segment, decoded.
 */
export async function answerTokenRequest(
  request: Request,
  tenant: string,
  world: TokenWorld,
): Promise<Response> {
  const read = await readForm(request)
  const form: TokenForm = read instanceof Refusal ? new Map() : read
  const trace = newTrace(world.now(), correlationId(request, form))
  const tell = (outcome: string, resource?: string) =>
    world.onExchange(
      exchangeEvent(form, {
        time: new Date(trace.now).toISOString(),
        tenant,
        resource,
        outcome,
        correlationId: trace.correlationId,
      }),
    )

  try {
    if (read instanceof Refusal) throw read
    if (request.method === 'OPTIONS')
      throw new NotHere('a preflight of a browser is not answered here')
    if (request.method !== 'POST') throw refuse(900561, { method: request.method })
    refuseAsTold(world.fault())
    const directory = world.directory()
    const basic = /^basic /i.test(request.headers.get('authorization') ?? '')
    const granted = await exchange({ tenant, form, basic }, { ...world, directory })
    const body = await issueToken({ directory, ...granted }, world.signingKey, world.now())
    tell('issued', granted.resource)
    return jsonAnswer(200, body, trace)
  } catch (error) {
    if (error instanceof Refusal) {
      tell(`AADSTS${error.code}`)
      return refusalAnswer(error, trace, { text: withoutSecrets(error.message, form) })
    }
    if (error instanceof NotHere) {
      tell('not-supported')
      return notHereAnswer(error.message, trace)
    }
    throw error
  }
}

function refuseAsTold(fault: Fault | undefined): void {
  if (fault) throw new Refusal(fault.code, ANSWERS[fault.code].text, fault.retryAfterSeconds)
}

/** A body that is too long counts as malformed; Entra's own limit and answer are not known. */
async function readForm(request: Request): Promise<TokenForm | Refusal> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return refuse(9002313)
    chunks.push(chunk)
  }
  try {
    const body = Buffer.concat(chunks).toString('utf8')
    return parseForm(body, request.headers.get('content-type'))
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** MSAL sends its id in the body and in the query, other clients in a header. */
function correlationId(request: Request, form: TokenForm): string | undefined {
  const candidates = [
    form.get('client-request-id'),
    request.headers.get('client-request-id'),
    new URL(request.url).searchParams.get('client-request-id'),
  ]
  return candidates.find((id) => typeof id === 'string' && isGuid(id)) ?? undefined
}
