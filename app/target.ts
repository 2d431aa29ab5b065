import type { ExchangeFacts } from './entra-refusals.ts'
import type { Place } from './failure.ts'
import { probe } from './probe.ts'
import type { Finding } from './probe.ts'
import type { Environment } from './settings.ts'

/** The place of a call, and what to ask directly when the SDK does not say what is wrong. */
export interface Target extends Place {
  /** Undefined where a proxy stands in between, because then a direct connection proves nothing. */
  readonly probeUrl: string | undefined
}

/** How long a host may take to answer a look. */
export const LOOK_MS = 3000

/** The token service as a place where calls fail. */
export function tokenService(facts: ExchangeFacts, env: Environment): Target {
  const proxied = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].some((name) => env[name])
  return {
    service: 'the token service',
    where: facts.authorityHost,
    exchange: facts,
    probeUrl: proxied
      ? undefined
      : `${facts.authorityHost}${facts.tenantId}/v2.0/.well-known/openid-configuration`,
  }
}

/**
 * Asks the host of a target directly.
 *
 * @returns undefined where that would prove nothing.
 */
export async function look(
  { probeUrl }: Target,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Finding | undefined> {
  return probeUrl === undefined ? undefined : probe(probeUrl, { timeoutMs, signal })
}

/** What was found, in the shape of what an SDK throws when it says what it met. */
export function asError(finding: Finding, cause?: unknown): Error {
  if (finding.kind === 'answer') return new Error(finding.text, { cause })
  const code = finding.kind === 'silence' ? 'ETIMEDOUT' : finding.code
  return Object.assign(new Error(finding.message, { cause }), { code })
}
