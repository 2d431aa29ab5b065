import { randomUUID } from 'node:crypto'
import { accountDocument } from './account-document.ts'
import type { Account } from './account.ts'
import { tokenOf } from './authorization.ts'
import { parseBatch } from './batch-request.ts'
import { Refusal, hostInvalid } from './errors.ts'
import { neededAccess } from './needed-access.ts'
import type { AccessPolicy } from './needed-access.ts'
import { classify } from './operation.ts'
import type { Operation } from './operation.ts'
import { authorize, notPossibleByAad } from './rbac.ts'
import type { Principal } from './rbac.ts'
import { readBody } from './request-body.ts'
import { refused, response } from './respond.ts'
import type { Answer } from './respond.ts'
import type { Store } from './store.ts'

/** What is written down of each request; never a token, a header or a body. */
export interface AuditRecord {
  /** Milliseconds since the Unix epoch. */
  readonly time: number
  readonly activityId: string
  readonly method: string
  /** The raw request target without its query, and without anything that looks like a token. */
  readonly path: string
  readonly status: number
  readonly substatus: number
  /** Request units. */
  readonly charge: number
  /** Object id of the caller, once its token was believed. */
  readonly principalId?: string
  /** The assignments that allowed it; empty if nothing did. */
  readonly roleAssignmentIds: readonly string[]
}

/** Everything a gateway decides by. */
export interface GatewayOptions {
  /** The account as it is now; throws if what was declared cannot exist. */
  readonly account: () => Account
  /** Verifies a token. @throws {Refusal} 401. */
  readonly authenticate: (token: string) => Promise<Principal>
  /** Whether this server may be called by that `host` header. */
  readonly isOwnHost: (host: string) => boolean
  readonly policy: AccessPolicy
  readonly store: Store
  readonly now: () => number
  readonly onRequest?: (record: AuditRecord) => void
}

/** One request on its way through; what is learnt about it is written down even if it is refused. */
interface Exchange {
  readonly request: Request
  readonly target: string
  principal?: Principal
  roleAssignmentIds: readonly string[]
}

/**
 * The gateway as a function of one request: authenticate, classify, authorise, and only then ask the store.
 *
 * @param target The raw request target. `request.url` will not do: a URL parser has removed dot segments
 *   from it, and a gateway should refuse those, not resolve them.
 */
export function createGateway(
  options: GatewayOptions,
): (request: Request, target: string) => Promise<Response> {
  return async (request, target) => {
    const activityId = randomUUID()
    const exchange: Exchange = { request, target, roleAssignmentIds: [] }
    const answer = await serve(exchange, options).catch((error: unknown) =>
      refused(asRefusal(error), activityId),
    )
    options.onRequest?.(record(exchange, answer, { activityId, time: options.now() }))
    return response(answer, activityId, options.now())
  }
}

async function serve(exchange: Exchange, options: GatewayOptions): Promise<Answer> {
  const { request, target } = exchange
  const host = request.headers.get('host') ?? ''
  if (!options.isOwnHost(host)) throw hostInvalid()
  const token = tokenOf(request.headers.get('authorization'))
  exchange.principal = await options.authenticate(token)

  const account = options.account()
  const { method, headers } = request
  const classified = classify({ method, target, headers })
  if (classified.is === 'refused') throw classified.refusal
  if (classified.is === 'not-possible-by-aad')
    throw notPossibleByAad(account.name, method, withoutTokens(target))
  const { operation } = classified

  const body = operation.kind === 'batch' ? await readBody(request) : undefined
  const batch = body === undefined ? [] : parseBatch(body)
  const needed = neededAccess(
    operation,
    batch.map(({ operationType }) => operationType),
    options.policy,
  )
  exchange.roleAssignmentIds = authorize(account, exchange.principal, needed)

  if (operation.kind === 'read-account') return readAccount(account.name, host)
  return options.store.answer({
    operation,
    headers,
    body: body ?? (await bodyOf(operation, request)),
    signal: request.signal,
  })
}

function readAccount(name: string, host: string): Answer {
  const body = JSON.stringify(accountDocument(name, `https://${host}`))
  return { status: 200, headers: { 'x-ms-request-charge': '0' }, body }
}

async function bodyOf(operation: Operation, request: Request): Promise<string> {
  return request.method === 'GET' || operation.kind === 'delete-item' ? '' : readBody(request)
}

/** Whatever was not foreseen: the client learns nothing of it but that it happened. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return new Refusal(500, 'InternalServerError', 'Unknown server error occurred.', { cause: error })
}

function record(
  exchange: Exchange,
  answer: Answer,
  { activityId, time }: { readonly activityId: string; readonly time: number },
): AuditRecord {
  return {
    time,
    activityId,
    method: exchange.request.method,
    path: withoutTokens(exchange.target),
    status: answer.status,
    substatus: Number(answer.headers['x-ms-substatus'] ?? 0),
    charge: Number(answer.headers['x-ms-request-charge'] ?? 0),
    ...(exchange.principal && { principalId: exchange.principal.objectId }),
    roleAssignmentIds: exchange.roleAssignmentIds,
  }
}

/** A caller may put its token into the URL by mistake; it must not end up in a record. */
function withoutTokens(target: string): string {
  const [path = ''] = target.split('?')
  return path.replaceAll(/eyJ[\w.%-]*/g, '…')
}
