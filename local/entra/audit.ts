import { parseAssertion } from './assertion.ts'
import { isGuid } from './directory.ts'
import { Refusal } from './errors.ts'
import type { AssertionClaims } from './federation.ts'
import type { TokenForm } from './token-request.ts'

/** One token request, told without its assertion or token: what a sign-in log holds. */
export interface ExchangeEvent {
  /** RFC 3339, UTC. */
  readonly time: string
  /** As in the path. */
  readonly tenant: string
  readonly clientId: string | undefined
  /** Issuer and subject as the assertion claims them; verified only if the outcome is `issued`. */
  readonly issuer: string | undefined
  readonly subject: string | undefined
  readonly scope: string | undefined
  /** The token's audience; only if one was issued. */
  readonly resource: string | undefined
  /** `issued`, an `AADSTS…` code, or `not-supported` */
  readonly outcome: string
  readonly correlationId: string
}

const MAX_LENGTH = 600
/** A JWT or the front part of one: its header is JSON, so it starts with an encoded `{"` or `{ `. */
const TOKEN = /ey[AJ][\w-]{10,}(\.[\w-]*)*/g
const SECRET_FIELDS = [
  'client_assertion',
  'client_secret',
  'assertion',
  'refresh_token',
  'password',
  'code',
  'device_code',
] as const
/** Shorter values are left: they are no secret, and cutting them out would garble the rest. */
const MIN_SECRET_LENGTH = 16

/** The record of one request. */
export function exchangeEvent(
  form: TokenForm,
  facts: Pick<ExchangeEvent, 'time' | 'tenant' | 'resource' | 'outcome' | 'correlationId'>,
): ExchangeEvent {
  const tell = (value: string | undefined) =>
    value === undefined ? undefined : shortened(withoutSecrets(value, form))
  const clientId = form.get('client_id')
  const claims = claimsOf(form.get('client_assertion'))
  return {
    ...facts,
    tenant: shortened(withoutSecrets(facts.tenant, form)),
    clientId: clientId === undefined || isGuid(clientId) ? clientId : '(not a GUID)',
    issuer: tell(claims?.issuer),
    subject: tell(claims?.subject),
    scope: tell(form.get('scope')),
  }
}

/**
 * A text from a request, fit to be shown: no token or secret (somebody will put one into the wrong field), no
 * control character that could forge a log line.
 */
export function withoutSecrets(text: string, form: TokenForm): string {
  const secrets = SECRET_FIELDS.flatMap((field) => {
    const value = form.get(field) ?? ''
    return value.length < MIN_SECRET_LENGTH ? [] : [value]
  })
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, '(secret)'), text)
    .replace(TOKEN, '(token)')
    .replace(/\p{Cc}/gu, ' ')
}

function shortened(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

function claimsOf(assertion: string | undefined): AssertionClaims | undefined {
  try {
    return parseAssertion(assertion ?? '').claims
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
