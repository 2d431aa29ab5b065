// @peculiar/x509 resolves its parts by decorators and asks for this polyfill first
import 'reflect-metadata'
import { createHash, webcrypto } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'
import { exportJWK } from 'jose'

/** The key that signs access tokens, and how it is published. */
export interface SigningKey {
  readonly privateKey: webcrypto.CryptoKey
  /** SHA-1 thumbprint of the certificate, base64url: Entra uses it as `kid` and, in v1.0 tokens, as `x5t` too. */
  readonly thumbprint: string
  readonly publicKey: PublishedKey
}

/** One entry of `discovery/keys`. */
export interface PublishedKey {
  readonly kty: 'RSA'
  readonly use: 'sig'
  readonly kid: string
  readonly x5t: string
  readonly n: string
  readonly e: string
  readonly x5c: readonly [string]
}

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const
const LIFETIME_MS = 365 * 24 * 3_600_000

/**
 * Makes a throw-away RSA key with a self-signed certificate; the private half never leaves this process.
 *
 * @param now Milliseconds since the Unix epoch.
 */
export async function createSigningKey(now: number): Promise<SigningKey> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=accounts.accesscontrol.keyless-cosmos.local',
    notBefore: new Date(now),
    notAfter: new Date(now + LIFETIME_MS),
    signingAlgorithm: ALGORITHM,
    keys,
  })
  const der = Buffer.from(certificate.rawData)
  // SHA-1 by RFC 7517, 4.8: it names the key and protects nothing
  const thumbprint = createHash('sha1').update(der).digest('base64url')
  const { n = '', e = '' } = await exportJWK(keys.publicKey)
  return {
    privateKey: keys.privateKey,
    thumbprint,
    publicKey: {
      kty: 'RSA',
      use: 'sig',
      kid: thumbprint,
      x5t: thumbprint,
      n,
      e,
      x5c: [der.toString('base64')],
    },
  }
}
