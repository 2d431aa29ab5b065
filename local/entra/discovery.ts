import type { EntraDirectory } from './directory.ts'
import { refuse } from './errors.ts'
import type { PublishedKey, SigningKey } from './signing-key.ts'

/**
 * A tenant's OpenID configuration.
 *
 * Endpoints are on the address that was asked; the issuer is Entra's own, because that is what tokens say and what
 * MSAL accepts from any authority. Lists hold only what works here.
 *
 * @param options.version v2.0 below `/{tenant}/v2.0/.well-known`, v1.0 below `/{tenant}/.well-known`.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 */
export function openidConfiguration(
  directory: EntraDirectory,
  options: { readonly origin: string; readonly version: 'v1.0' | 'v2.0' },
): object {
  const tenantId = directory.tenantId.toLowerCase()
  const base = `${options.origin}/${tenantId}`
  const isV2 = options.version === 'v2.0'
  return {
    token_endpoint: isV2 ? `${base}/oauth2/v2.0/token` : `${base}/oauth2/token`,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    jwks_uri: isV2 ? `${base}/discovery/v2.0/keys` : `${base}/discovery/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: isV2
      ? `https://login.microsoftonline.com/${tenantId}/v2.0`
      : `https://sts.windows.net/${tenantId}/`,
    request_uri_parameter_supported: false,
    // MSAL asks for it; whoever follows it gets 501
    authorization_endpoint: isV2 ? `${base}/oauth2/v2.0/authorize` : `${base}/oauth2/authorize`,
    tenant_region_scope: null,
    cloud_instance_name: 'microsoftonline.com',
  }
}

/** The keys that sign access tokens. */
export function keySet(
  directory: EntraDirectory,
  { publicKey }: SigningKey,
): { readonly keys: readonly (PublishedKey & { readonly issuer: string })[] } {
  const issuer = `https://login.microsoftonline.com/${directory.tenantId.toLowerCase()}/v2.0`
  return { keys: [{ ...publicKey, issuer }] }
}

const MICROSOFT_HOSTS = [
  'login.microsoftonline.com',
  'login.windows.net',
  'login.microsoft.com',
  'sts.windows.net',
] as const

/**
 * "Is the authority I was given real?", which MSAL asks before it trusts a host it does not know.
 *
 * Yes for this server's own address and for the public cloud; national clouds have no stand-in here.
 *
 * @throws {Refusal} 50049 for any other host, and when none is named (the real answer to that is not known).
 */
export function instanceDiscovery(url: URL): object {
  const endpoint = URL.parse(url.searchParams.get('authorization_endpoint') ?? '')
  const hosts: readonly string[] = [url.host, ...MICROSOFT_HOSTS]
  if (endpoint?.protocol !== 'https:' || !hosts.includes(endpoint.host)) throw refuse(50049)
  const tenant = endpoint.pathname.split('/')[1] ?? ''
  return {
    tenant_discovery_endpoint: `${endpoint.origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [
      {
        preferred_network: 'login.microsoftonline.com',
        preferred_cache: 'login.windows.net',
        aliases: MICROSOFT_HOSTS,
      },
      ...(endpoint.host === url.host ? [instance(url.host)] : []),
    ],
  }
}

function instance(host: string): object {
  return { preferred_network: host, preferred_cache: host, aliases: [host] }
}
