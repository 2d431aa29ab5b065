/** The tenant, as a user declares it. */
export interface EntraDirectory {
  readonly tenantId: string
  /** As refusals name the tenant; when it is a domain name, requests may use it in place of the id. */
  readonly tenantName: string
  readonly identities: readonly Identity[]
  /** Resource URIs a token can be asked for, e.g. the account origin without trailing slash and https://cosmos.azure.com */
  readonly resources: readonly string[]
}

/** A user-assigned managed identity. */
export interface Identity {
  readonly name: string
  readonly clientId: string
  /** Object id of its service principal: `oid` and `sub` of its tokens, and what a role is assigned to. */
  readonly principalId: string
  /** ARM id. */
  readonly resourceId: string
  readonly federatedCredentials: readonly FederatedCredential[]
}

/** "A token of this issuer, about this subject, meant for this audience, is as good as the identity's own secret." */
export interface FederatedCredential {
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly audience: string
}

/** The directory cannot be served; the message lists every problem with its path. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError'
  readonly code = 'ERR_ENTRA_DIRECTORY'
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const EMPTY_GUID = /^[0-]+$/
const CREDENTIAL_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,119}$/
const RESOURCE_ID =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourcegroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i
const MAX_CREDENTIALS = 20
const MAX_LENGTH = 600

export function isGuid(value: string): boolean {
  return GUID.test(value)
}

/** Whether a request's tenant segment means this directory: its id in any letter case, or its domain name. */
export function isTenant(directory: EntraDirectory, segment: string): boolean {
  const wanted = segment.toLowerCase()
  const { tenantId, tenantName } = directory
  return (
    wanted === tenantId.toLowerCase() ||
    (tenantName.includes('.') && wanted === tenantName.toLowerCase())
  )
}

/**
 * Holds a directory to what Entra and ARM would have accepted.
 *
 * Values that ARM stores and the exchange then refuses (an issuer with a blank at its end, a wrong letter case) pass
 * here too, so that a test can show that refusal.
 *
 * @throws {DirectoryError} with all problems at once.
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
 */
export function checkDirectory(directory: EntraDirectory): void {
  const problems = [
    ...guid(directory.tenantId, 'tenantId'),
    ...(directory.tenantName.trim() === '' ? ['tenantName: expected a name, got nothing'] : []),
    ...directory.identities.flatMap((identity, i) => identityProblems(identity, `identities.${i}`)),
    ...duplicates(directory.identities, 'name'),
    ...duplicates(directory.identities, 'clientId'),
    ...duplicates(directory.identities, 'principalId'),
    ...directory.resources.flatMap(resourceProblems),
  ]
  if (problems.length > 0) throw new DirectoryError(`Entra directory: ${problems.join('; ')}`)
}

function identityProblems(identity: Identity, path: string): string[] {
  const { resourceId, federatedCredentials: credentials } = identity
  return [
    ...guid(identity.clientId, `${path}.clientId`),
    ...guid(identity.principalId, `${path}.principalId`),
    ...(identity.clientId === identity.principalId
      ? [`${path}: clientId and principalId are different ids in Entra, got the same`]
      : []),
    ...(RESOURCE_ID.test(resourceId)
      ? []
      : [
          `${path}.resourceId: expected the ARM id of a user-assigned identity, got "${resourceId}"`,
        ]),
    ...(credentials.length > MAX_CREDENTIALS
      ? [`${path}: expected at most ${MAX_CREDENTIALS} credentials, got ${credentials.length}`]
      : []),
    ...credentials.flatMap((credential, i) =>
      credentialProblems(credential, `${path}.federatedCredentials.${i}`),
    ),
    ...credentialDuplicates(credentials, path),
  ]
}

function credentialProblems(credential: FederatedCredential, path: string): string[] {
  return [
    ...(CREDENTIAL_NAME.test(credential.name)
      ? []
      : [
          `${path}.name: expected 3 to 120 letters, digits, "-" and "_", starting with a letter or digit, got "${credential.name}"`,
        ]),
    ...text(credential.issuer, `${path}.issuer`),
    ...text(credential.subject, `${path}.subject`),
    ...audienceProblems(credential.audience, `${path}.audience`),
  ]
}

/** A declaration from YAML may hold a list here, as ARM's own `audiences` is one. */
function audienceProblems(audience: unknown, path: string): string[] {
  return typeof audience === 'string'
    ? text(audience, path)
    : [`${path}: Federated identity credentials must have exactly one audience.`]
}

function credentialDuplicates(credentials: readonly FederatedCredential[], path: string): string[] {
  const pairs = credentials.map(({ issuer, subject }) => JSON.stringify([issuer, subject]))
  return [
    ...repeated(credentials.map(({ name }) => name)).map(
      (name) => `${path}.federatedCredentials: name "${name}" is used twice`,
    ),
    ...repeated(pairs).map(
      (pair) =>
        `${path}.federatedCredentials: Issuer and subject combination already exists for this Managed Identity. ${pair}`,
    ),
  ]
}

/** An empty string is a resource that is not up yet (the account's own address); it matches no request. */
function resourceProblems(resource: string, index: number): string[] {
  return resource.endsWith('/') || resource.endsWith('/.default')
    ? [
        `resources.${index}: expected a URI without "/" or "/.default" at its end, got "${resource}"`,
      ]
    : []
}

function guid(value: string, path: string): string[] {
  return isGuid(value) && !EMPTY_GUID.test(value)
    ? []
    : [`${path}: expected a GUID, got "${value}"`]
}

function text(value: string, path: string): string[] {
  if (value === '') return [`${path}: expected a value, got nothing`]
  return value.length > MAX_LENGTH
    ? [`${path}: expected at most ${MAX_LENGTH} characters, got ${value.length}`]
    : []
}

function duplicates(
  identities: readonly Identity[],
  key: 'name' | 'clientId' | 'principalId',
): string[] {
  return repeated(identities.map((identity) => identity[key].toLowerCase())).map(
    (value) => `identities: ${key} "${value}" is used twice`,
  )
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))]
}
