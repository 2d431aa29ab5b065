import type { ExitCode } from './exit-codes.ts'
import type { Verdict } from './worker-error.ts'

/** The two services the worker talks to; the same broken cable has another exit code for each. */
export type Service = 'the token service' | 'Cosmos DB'

const EXIT_CODES: Readonly<Record<Service, { tls: ExitCode; network: ExitCode }>> = {
  'the token service': { tls: 23, network: 23 },
  'Cosmos DB': { tls: 30, network: 31 },
}

const EGRESS = 'let egress to port 443 through firewall and network policy'

const NETWORK: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOTFOUND: ['its name does not resolve', 'check the host name, and DNS from inside this pod'],
  EAI_AGAIN: [
    'DNS does not answer',
    "let the network policy allow DNS (port 53) and check the cluster's DNS",
  ],
  ECONNREFUSED: ['nothing listens there', 'check host and port, and that the service is up'],
  ECONNRESET: ['it closed the connection', 'look for a proxy, firewall or service mesh in between'],
  EPIPE: ['it closed the connection', 'look for a proxy, firewall or service mesh in between'],
  ETIMEDOUT: ['nothing answers there', EGRESS],
  EHOSTUNREACH: ['there is no route to it', EGRESS],
  ENETUNREACH: ['there is no route to it', EGRESS],
  EHOSTDOWN: ['there is no route to it', EGRESS],
  // As a filter in the node's own kernel refuses
  EPERM: ['this node does not let the connection out', EGRESS],
}

const TRUST =
  'put the certificate authority that signed it into the file NODE_EXTRA_CA_CERTS names before the process starts; for a real Azure host, look for a proxy that opens TLS'
const TIME =
  'compare the clock of the node with a good one; if it is right, the certificate is to be renewed'

const TLS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  CERT_HAS_EXPIRED: ['its certificate has expired, or the clock of this pod is fast', TIME],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet, or the clock of this pod is slow', TIME],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another name',
    'check the host name, and where DNS leads it from inside this pod: a private endpoint or a proxy may answer in its place',
  ],
}

/** The handshake was broken off before any certificate was looked at. */
const NO_HANDSHAKE = [
  'it does not speak TLS as this pod does',
  'check host and port: a plain HTTP port answers like this, and so does a proxy or server older than TLS 1.2',
] as const

const UNTRUSTED = ['its certificate is not signed by an authority this pod trusts', TRUST] as const

/** Nobody has answered. A refusal is an answer, and does not pass. */
const UNANSWERED: ReadonlySet<string> = new Set(['EAI_AGAIN', 'ETIMEDOUT'])

/**
 * The failure behind an error code of the operating system or OpenSSL.
 *
 * @returns undefined if `code` is neither.
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
export function transportVerdict(code: string, service: Service): Verdict | undefined {
  const network = NETWORK[code]
  if (network !== undefined) {
    const [what, fix] = network
    return {
      code,
      exitCode: EXIT_CODES[service].network,
      what: `${service} cannot be reached: ${what}`,
      fix,
      ...(UNANSWERED.has(code) && { retry: 'starting' }),
    }
  }
  if (code.startsWith('HPE_')) return stranger(service) // of Node's HTTP parser
  if (!isTlsCode(code)) return undefined
  const [what, fix] = TLS[code] ?? (isHandshake(code) ? NO_HANDSHAKE : UNTRUSTED)
  return {
    code,
    exitCode: EXIT_CODES[service].tls,
    what: `no trusted connection to ${service}: ${what}`,
    fix,
  }
}

function isTlsCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_SSL|ERR_TLS|EPROTO|HOSTNAME_MISMATCH/.test(code)
}

/** What OpenSSL says of records and versions; with an unknown cause, Node leaves EPROTO alone. */
function isHandshake(code: string): boolean {
  return /^EPROTO$|^ERR_SSL_/.test(code)
}

/** No answer within the deadline, though the connection stands. */
export function silence(service: Service, waitedMs: number): Verdict {
  return {
    code: 'ERR_DEADLINE',
    exitCode: EXIT_CODES[service].network,
    what: `${service} did not answer in ${(waitedMs / 1000).toFixed(1)} s`,
    fix: 'look for a firewall, proxy or service mesh that swallows the traffic; DEADLINE_SECONDS sets how long to wait',
  }
}

/** A connection failed that can be made a moment later. */
export function recovered(service: Service): Verdict {
  return {
    code: 'ERR_CONNECTION',
    exitCode: EXIT_CODES[service].network,
    what: `${service} could not be reached, and answers now`,
    fix: 'look for a DNS server, proxy or firewall that loses connections now and then',
    retry: 'starting',
  }
}

/** Something answered, but not the service that was asked. */
export function stranger(service: Service): Verdict {
  return {
    code: 'ERR_ANSWER',
    exitCode: EXIT_CODES[service].network,
    what: `the answer is not one of ${service}`,
    fix: 'look for a proxy or gateway that answers in its place, and check the address',
  }
}
