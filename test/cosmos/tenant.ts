import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey, JWTPayload } from 'jose'
import { listen } from '../../local/http.ts'
import type { KeyPair } from '../../local/tls.ts'

export const TENANT = '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11'

/** Signs with RS256 and a published key, unless told otherwise. */
export interface Tenant {
  readonly jwksUrl: string
  /** A token of this tenant; every claim can be replaced, `undefined` leaves it out. */
  token(claims: Record<string, unknown>): Promise<string>
  /** The same, signed by a key of somebody else who gives it the tenant's key id, or another. */
  forged(claims: Record<string, unknown>, keyId?: string): Promise<string>
  /** The same, without any signature (`alg: none`). */
  unsigned(claims: Record<string, unknown>): string
  /** The same, as HS256 with the public key for a secret: the classic confusion. */
  symmetric(claims: Record<string, unknown>): Promise<string>
  /** Signs with a new key from now on, and publishes only that. */
  rotate(): Promise<void>
  /** How often the keys were fetched. */
  fetches(): number
  close(): Promise<void>
}

const KEY_ID = 'tenant-key-1'

/** A tenant that does nothing but sign tokens and publish its key, over TLS. */
export async function startTenant(tls: KeyPair): Promise<Tenant> {
  let own = await publishedKey(KEY_ID)
  const foreign = await generateKeyPair('RS256')
  let fetches = 0
  const listener = await listen(
    () => {
      fetches += 1
      return Response.json({ keys: [own.jwk] })
    },
    { tls, name: 'test tenant' },
  )

  return {
    jwksUrl: `${listener.url}/${TENANT}/discovery/v2.0/keys`,
    token: (claims) => sign(complete(claims), own.privateKey, own.jwk.kid),
    forged: (claims, keyId = KEY_ID) => sign(complete(claims), foreign.privateKey, keyId),
    unsigned: (claims) => new UnsecuredJWT(complete(claims)).encode(),
    symmetric: (claims) =>
      new SignJWT(complete(claims))
        .setProtectedHeader({ typ: 'JWT', alg: 'HS256', kid: KEY_ID })
        .sign(Buffer.from(JSON.stringify(own.jwk))),
    rotate: async () => {
      own = await publishedKey('tenant-key-2')
    },
    fetches: () => fetches,
    close: () => listener.close(),
  }
}

async function publishedKey(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' } }
}

function sign(claims: JWTPayload, key: CryptoKey, kid: string): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid }).sign(key)
}

function complete(claims: Record<string, unknown>): JWTPayload {
  const seconds = Math.floor(Date.now() / 1000)
  return {
    iss: `https://sts.windows.net/${TENANT}/`,
    tid: TENANT,
    aud: 'https://cosmos.azure.com',
    iat: seconds,
    nbf: seconds - 300,
    exp: seconds + 3600,
    ver: '1.0',
    idtyp: 'app',
    ...claims,
  }
}
