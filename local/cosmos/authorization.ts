import { Refusal } from './errors.ts'

/**
 * Takes the Entra token out of an `authorization` header.
 *
 * The header is `type=aad&ver=1.0&sig=TOKEN`; the JavaScript SDK sends that as it is, other SDKs URL-encode it
 * as they do with keys, so both forms are read. The account has local authorization disabled: a key
 * (`type=master`) or a resource token (`type=resource`) is refused before anyone looks at its signature.
 *
 * @throws {Refusal} 401/5000 no header, 401/5001 not of the form, 401/5202 local authorization.
 * @see https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources
 */
export function tokenOf(header: string | null): string {
  if (header === null || header.trim() === '') throw missingHeader()
  const decoded = header.includes('=') ? header : decode(header)
  const match = /^type=(?<type>[a-z]+)&ver=(?<version>[0-9.]+)&sig=(?<signature>.+)$/i.exec(decoded)
  const { type, version, signature } = match?.groups ?? {}
  switch (type?.toLowerCase()) {
    case 'master':
    case 'resource':
    case 'sas':
      throw localAuthorizationDisabled()
    case 'aad':
      if (version === '1.0' && signature !== undefined) return signature
      throw invalidHeader()
    default:
      throw invalidHeader()
  }
}

function decode(header: string): string {
  try {
    return decodeURIComponent(header)
  } catch {
    throw invalidHeader()
  }
}

/** Azure/azure-cli#12025 */
function missingHeader(): Refusal {
  const sentence =
    'Required Header authorization is missing. Ensure a valid Authorization token is passed.'
  return new Refusal(401, 'Unauthorized', sentence, { substatus: 5000 })
}

/** Azure/azure-sdk-for-python#29659 */
function invalidHeader(): Refusal {
  const sentence =
    "Authorization header doesn't confirm to the required format. Please verify and try again."
  return new Refusal(401, 'Unauthorized', sentence, { substatus: 5001 })
}

/** microsoft/vscode-cosmosdb#2205; some reports show sub-status 0, the SDKs' table says 5202. */
function localAuthorizationDisabled(): Refusal {
  const sentence = 'Local Authorization is disabled. Use an AAD token to authorize all requests.'
  return new Refusal(401, 'Unauthorized', sentence, { substatus: 5202 })
}
