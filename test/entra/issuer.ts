import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { SignJWT, exportJWK } from 'jose'
import type { JWTPayload, JWK } from 'jose'
import { listen } from '../../local/http.ts'
import type { CertificateAuthority } from '../../local/tls.ts'

/** The issuer's name inside its tokens: one that only a cluster could reach. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local'
export const SUBJECT = 'system:serviceaccount:keyless-cosmos:worker'
export const AUDIENCE = 'api://AzureADTokenExchange'

/** A cluster's token issuer, served over TLS; its keys and documents can be changed while it runs. */
export interface TestIssuer {
  readonly url: string
  /** Paths asked for, in order. */
  readonly asked: string[]
  /** Makes a key and publishes it beside the others. */
  addKey(kid: string): Promise<void>
  /** Stops publishing a key; tokens can still be signed with it. */
  hideKey(kid: string): void
  /** PEM of a key, as anybody can make it from the published set. */
  publicKey(kid: string): string
  /** Signs as Kubernetes does: RS256, `kid`, no `typ`. */
  sign(
    claims: JWTPayload,
    header?: { readonly kid?: string; readonly typ?: string },
  ): Promise<string>
  /** Answers instead of the documents, while it is set. */
  answerWith(answer: ((request: Request) => Response | Promise<Response>) | undefined): void
  close(): Promise<void>
}

export async function startIssuer(
  authority: CertificateAuthority,
  issuer = ISSUER,
): Promise<TestIssuer> {
  const asked: string[] = []
  const privateKeys = new Map<string, KeyObject>()
  const published = new Map<string, JWK>()
  let instead: ((request: Request) => Response | Promise<Response>) | undefined
  const server = await listen(
    (request) => {
      const { pathname } = new URL(request.url)
      asked.push(pathname)
      if (instead) return instead(request)
      if (pathname === '/.well-known/openid-configuration') {
        return Response.json({ issuer, jwks_uri: `${issuer}/openid/v1/jwks` })
      }
      if (pathname === '/openid/v1/jwks') return Response.json({ keys: [...published.values()] })
      return new Response(null, { status: 404 })
    },
    { tls: await authority.issue(['127.0.0.1']), name: 'test issuer' },
  )

  const addKey = async (kid: string) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    privateKeys.set(kid, privateKey)
    published.set(kid, { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' })
  }
  await addKey('first')
  return {
    url: server.url,
    asked,
    addKey,
    hideKey: (kid) => void published.delete(kid),
    publicKey: (kid) =>
      createPublicKey({ key: { ...published.get(kid) }, format: 'jwk' })
        .export({ type: 'spki', format: 'pem' })
        .toString(),
    sign: (claims, { kid = 'first', typ } = {}) => {
      const key = privateKeys.get(kid)
      if (!key) throw new TypeError(`the test issuer has no key "${kid}"`)
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid, ...(typ !== undefined && { typ }) })
        .sign(key)
    },
    answerWith: (answer) => {
      instead = answer
    },
    close: () => server.close(),
  }
}
