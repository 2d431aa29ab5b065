import type { Address } from './address.ts'
import { UpstreamError } from './upstream-error.ts'

type Trouble = ConstructorParameters<typeof UpstreamError>[1]

const START =
  'start it, or wait until it is up: docker run --publish 127.0.0.1:8081:8081 --env ENABLE_TELEMETRY=false ' +
  'mcr.microsoft.com/cosmosdb/linux/azure-cosmos-emulator:vnext-EN20260706'
const TRUST =
  'give the certificate it has, as PEM, with --store-ca FILE, or start the emulator with PROTOCOL=http'

const UNTRUSTED = {
  reason: 'its certificate is signed by nobody who is trusted here',
  next: TRUST,
  mayPass: false,
}
const CLOSED = { reason: 'it closed the connection before it had answered', mayPass: true }

/** Node's error code → what it means here. */
const TROUBLES: ReadonlyMap<string, Omit<Trouble, 'cause'>> = new Map([
  ['ECONNREFUSED', { reason: 'connection refused', next: START, mayPass: true }],
  ['EHOSTUNREACH', { reason: 'no way leads to that host', next: START, mayPass: true }],
  ['ENETUNREACH', { reason: 'no way leads to that network', next: START, mayPass: true }],
  ['ETIMEDOUT', { reason: 'connecting took too long', next: START, mayPass: true }],
  [
    'EAI_AGAIN',
    {
      reason: 'its host name cannot be looked up at the moment',
      next: 'check the network',
      mayPass: true,
    },
  ],
  [
    'ENOTFOUND',
    { reason: 'no host has that name', next: 'check the host of the URL', mayPass: false },
  ],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    {
      reason: 'its certificate is for another host name',
      next: 'use a host name the certificate has in the URL, usually localhost',
      mayPass: false,
    },
  ],
  ['CERT_HAS_EXPIRED', { reason: 'its certificate has expired', next: TRUST, mayPass: false }],
])

/** The codes Node has for a connection that ended too soon. */
const BROKEN = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']

/** Puts a failed request into words. */
export function troubleOf(
  cause: unknown,
  at: { readonly address: Address; readonly timeoutMs: number; readonly isLate: boolean },
): Trouble {
  if (at.isLate) {
    const reason = `no answer within ${at.timeoutMs / 1000} s`
    return { reason, next: 'look at the log of the emulator', mayPass: true, cause }
  }
  const code = codeOf(cause)
  const known = TROUBLES.get(code)
  if (known) return { ...known, cause }
  if (BROKEN.includes(code)) return { ...CLOSED, next: otherProtocol(at.address), cause }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return {
      reason: 'it does not speak TLS',
      next: otherProtocol(at.address),
      mayPass: false,
      cause,
    }
  if (code.startsWith('HPE_'))
    return {
      reason: 'it does not speak HTTP',
      next: otherProtocol(at.address),
      mayPass: false,
      cause,
    }
  return { reason: `it cannot be reached (${code})`, next: START, mayPass: true, cause }
}

/** Whether the connection broke, as one that was kept too long does; then the request may be sent again. */
export function brokenConnection(error: unknown): boolean {
  return error instanceof UpstreamError && BROKEN.includes(codeOf(error.cause))
}

function otherProtocol({ isTls, origin }: Address): string {
  const other = origin.replace(/^https?/, isTls ? 'http' : 'https')
  return `look at the log of the emulator; if it was started with the other protocol, use ${other}`
}

function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}
