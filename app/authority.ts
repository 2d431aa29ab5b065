/**
 * The hosts of Microsoft Entra in all its clouds, with their aliases, as MSAL knows them.
 *
 * @see https://github.com/AzureAD/microsoft-authentication-library-for-js/blob/dev/lib/msal-common/src/authority/AuthorityMetadata.ts
 */
const MICROSOFT_HOSTS: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.windows.net',
  'login.microsoft.com',
  'sts.windows.net',
  'login.partner.microsoftonline.cn',
  'login.chinacloudapi.cn',
  'login.microsoftonline.de',
  'login.microsoftonline.us',
  'login.usgovcloudapi.net',
  'login-us.microsoftonline.com',
  'login.sovcloud-identity.fr',
  'login.sovcloud-identity.de',
  'login.sovcloud-identity.sg',
])

/** What the SDK uses when AZURE_AUTHORITY_HOST is not set. */
export const PUBLIC_AUTHORITY = 'https://login.microsoftonline.com/'

/**
 * Whether this authority is Microsoft's own. Instance discovery asks Microsoft whether an authority can be trusted;
 * for any other host it can only fail or hang, so it is switched off for those, and for those only.
 * A port makes it another host, as it does for MSAL.
 */
export function isMicrosoftAuthority(authorityHost: string): boolean {
  return MICROSOFT_HOSTS.has(new URL(authorityHost).host)
}
