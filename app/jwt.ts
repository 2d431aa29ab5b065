/** The claims of a JSON web token, as sent; nothing is verified, because the pod is the one who presents it. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * Reads the claims of a JWT to show them. Verifying is the receiver's business: the pod has no key to check with
 * and nothing to decide.
 *
 * @returns undefined if `token` is not a JWT: an access token may be opaque to its bearer.
 * @see https://www.rfc-editor.org/rfc/rfc7519
 */
export function decodeClaims(token: string): Claims | undefined {
  const parts = token.split('.')
  const payload = parts[1]
  if (parts.length !== 3 || payload === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return isClaims(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A claim as text; a list (an audience may be one) is joined by commas. */
export function claimText(claims: Claims, name: string): string | undefined {
  const value = claims[name]
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map(String).join(',')
  return undefined
}

/** A time claim in milliseconds since the epoch; tokens count in seconds. */
export function claimTimeMs(claims: Claims, name: string): number | undefined {
  const value = claims[name]
  return typeof value === 'number' && Number.isFinite(value) ? value * 1000 : undefined
}
