import type { KubernetesClient } from '../client.ts'
import type { Pod, TokenProjection } from './pod.ts'

/** A token and its time, in milliseconds since the epoch. */
export interface HeldToken {
  readonly token: string
  readonly issuedAt: number
  readonly expiresAt: number
}

const LONGEST_AGE_MS = 24 * 3_600_000
const DEFAULT_SECONDS = 3600

/**
 * Whether a token is exchanged for a fresh one: after 80 % of its lifetime or after a day, whichever comes first.
 *
 * @see https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
export function isDue({ issuedAt, expiresAt }: HeldToken, now: number): boolean {
  const lifetime = expiresAt - issuedAt
  return now - issuedAt > LONGEST_AGE_MS || expiresAt - now < lifetime * 0.2
}

/** Service-account tokens for pods, each bound to its pod: it dies with the pod. */
export interface TokenSource {
  /** @throws {Error} in the kubelet's words, if there is no token and no earlier one that is still valid. */
  get(pod: Pod, projection: TokenProjection): Promise<string>
  /** The pod is gone: its tokens are forgotten. */
  forget(uid: string): void
}

/** Tokens live in memory only, until the volume is written. */
export function createTokenSource(client: KubernetesClient, now: () => number): TokenSource {
  const held = new Map<string, Map<string, HeldToken>>()
  return {
    get: async (pod, projection) => {
      const ofPod = held.get(pod.metadata.uid) ?? new Map<string, HeldToken>()
      held.set(pod.metadata.uid, ofPod)
      const key = JSON.stringify([projection.audience, projection.expirationSeconds])
      const old = ofPod.get(key)
      if (old !== undefined && !isDue(old, now())) return old.token
      try {
        const fresh = await requestToken(client, pod, projection)
        ofPod.set(key, fresh)
        return fresh.token
      } catch (error) {
        if (old !== undefined && old.expiresAt > now()) return old.token
        const reason = error instanceof Error ? error.message : String(error)
        throw new Error(`failed to fetch token: ${reason}`, { cause: error })
      }
    },
    forget: (uid) => held.delete(uid),
  }
}

async function requestToken(
  client: KubernetesClient,
  { metadata, spec }: Pod,
  { audience, expirationSeconds = DEFAULT_SECONDS }: TokenProjection,
): Promise<HeldToken> {
  const account = spec.serviceAccountName ?? 'default'
  const path = `/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${account}/token`
  const answer = await client.create(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: audience ? [audience] : [],
      expirationSeconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid },
    },
  })
  const { token, expirationTimestamp } = answer.status as TokenRequestStatus
  const expiresAt = Date.parse(expirationTimestamp)
  // The server may give another lifetime than asked for; what it says it gave is in the spec of its answer.
  const given = (answer.spec as { readonly expirationSeconds?: number }).expirationSeconds
  return { token, expiresAt, issuedAt: expiresAt - (given ?? expirationSeconds) * 1000 }
}

interface TokenRequestStatus {
  readonly token: string
  readonly expirationTimestamp: string
}
