import { randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import type { EntraDirectory, Identity } from './directory.ts'
import type { SigningKey } from './signing-key.ts'

/** The body of a granted token request. */
export interface TokenBody {
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly ext_expires_in: number
  readonly refresh_in: number
  readonly access_token: string
}

/** Tokens of managed identities live for 24 hours; an app registration's would live for 60 to 90 minutes. */
const LIFETIME_SECONDS = 24 * 3600

/**
 * An app-only access token, v1.0: the resource chooses the version, and Azure's own resources chose that one.
 *
 * `aio`, `rh` and `uti` are opaque in Entra and random here. `xms_az_rid` is left out: it names the virtual machine
 * on the IMDS path, and there is none.
 *
 * @param now Milliseconds since the Unix epoch.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export async function issueToken(
  grant: {
    readonly directory: EntraDirectory
    readonly identity: Identity
    readonly resource: string
  },
  key: SigningKey,
  now: number,
): Promise<TokenBody> {
  const issuedAt = Math.floor(now / 1000)
  const tenantId = grant.directory.tenantId.toLowerCase()
  const authority = `https://sts.windows.net/${tenantId}/`
  const { clientId, principalId, resourceId } = grant.identity
  const accessToken = await new SignJWT({
    aud: grant.resource,
    iss: authority,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
    aio: opaque(32),
    appid: clientId.toLowerCase(),
    appidacr: '2',
    idp: authority,
    idtyp: 'app',
    oid: principalId.toLowerCase(),
    rh: `1.${opaque(24)}.`,
    sub: principalId.toLowerCase(),
    tid: tenantId,
    uti: opaque(16),
    ver: '1.0',
    xms_mirid: resourceId.replace(
      /^(\/subscriptions\/[^/]+)\/resourceGroups\//i,
      '$1/resourcegroups/',
    ),
  })
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: key.thumbprint, kid: key.thumbprint })
    .sign(key.privateKey)

  return {
    token_type: 'Bearer',
    // One second less than the claim, as seen; half of it is how the SDK finds its refresh time
    expires_in: LIFETIME_SECONDS - 1,
    ext_expires_in: LIFETIME_SECONDS - 1,
    refresh_in: LIFETIME_SECONDS / 2 - 1,
    access_token: accessToken,
  }
}

function opaque(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
