import { X509Certificate } from 'node:crypto'
import { makeAuthority, openAuthority, validFrom } from '../tls.ts'
import type { KeyPair } from '../tls.ts'

/** The platform's certificate authorities, as they are kept in a Secret. */
export interface Authorities {
  /** Signs the certificates of the servers. */
  readonly signing: KeyPair
  /** Is trusted already and will sign after the one above, once everybody has had time to hear of it. */
  readonly next?: KeyPair
  /** Signed before; certificates of theirs may still be shown somewhere. */
  readonly retired: readonly string[]
}

/**
 * A root is valid for 90 days. After a third of that the next one is made and published, after two thirds it signs, and
 * the old one is trusted to its end: whoever renews his copy of the roots once in 30 days never meets an unknown one.
 */
const LIFETIME_MS = 90 * 24 * 3_600_000

/**
 * The authorities as they should be at this time.
 *
 * @param kept undefined if there are none yet.
 * @returns `kept` itself if nothing is to be done.
 */
export async function renewAuthorities(
  kept: Authorities | undefined,
  now: number,
): Promise<Authorities> {
  const alive = kept && withoutEnded(kept, now)
  if (!alive) return { signing: await makeRoot(now), retired: [] }
  const age = ageOf(alive.signing, now)
  if (age >= 2 / 3 && alive.next) {
    const { signing, next, retired } = alive
    return { signing: next, retired: [signing.cert, ...retired] }
  }
  if (age >= 1 / 3 && !alive.next) return { ...alive, next: await makeRoot(now) }
  return alive
}

/** Every root that is to be trusted, PEM, the signing one first. */
export function rootsOf({ signing, next, retired }: Authorities): string {
  const roots = [signing.cert, ...(next ? [next.cert] : []), ...retired]
  return roots.map((root) => `${root.trim()}\n`).join('')
}

/** Keys of the Secret: tls.crt and tls.key sign, ca.crt holds every root. */
export function encodeAuthorities(authorities: Authorities): Readonly<Record<string, string>> {
  const { signing, next } = authorities
  const texts = {
    'ca.crt': rootsOf(authorities),
    'tls.crt': signing.cert,
    'tls.key': signing.key,
    ...(next && { 'next.crt': next.cert, 'next.key': next.key }),
  }
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  )
}

/**
 * @returns undefined for a Secret that is still empty.
 * @throws If what it holds is no authority, or its key belongs to another.
 */
export async function decodeAuthorities(
  data: Readonly<Record<string, string>>,
): Promise<Authorities | undefined> {
  if (!data['tls.crt'] && !data['tls.key']) return undefined
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('utf8')
  const signing = { cert: text('tls.crt'), key: text('tls.key') }
  await openAuthority(signing)
  const next = data['next.crt'] ? { cert: text('next.crt'), key: text('next.key') } : undefined
  if (next) await openAuthority(next)
  const known = [signing.cert, next?.cert].map((cert) => cert?.trim())
  const retired = certificatesIn(text('ca.crt')).filter((root) => !known.includes(root.trim()))
  return { signing, ...(next && { next }), retired }
}

function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}

function makeRoot(now: number): Promise<KeyPair> {
  return makeAuthority(validFrom(now, LIFETIME_MS))
}

/** Drops roots that ended; a platform that was away for long may have lost the one that signs. */
function withoutEnded(kept: Authorities, now: number): Authorities | undefined {
  const { signing, next, retired } = kept
  const current = retired.filter((root) => !hasEnded(root, now))
  if (hasEnded(signing.cert, now)) {
    return next && !hasEnded(next.cert, now) ? { signing: next, retired: current } : undefined
  }
  return current.length === retired.length ? kept : { ...kept, retired: current }
}

function hasEnded(cert: string, now: number): boolean {
  return new X509Certificate(cert).validToDate.getTime() <= now
}

/** 0 when it begins, 1 when it ends. */
function ageOf({ cert }: KeyPair, now: number): number {
  const { validFromDate, validToDate } = new X509Certificate(cert)
  const begin = validFromDate.getTime()
  return (now - begin) / (validToDate.getTime() - begin)
}
