import { at, textAt } from './object.ts'

/** The domains of Azure Cosmos DB for NoSQL: public cloud, China, US government. */
const COSMOS_HOST = /^[a-z0-9][a-z0-9-]*\.documents\.azure\.(com|cn|us)$/
const PLACEHOLDER = '00000000-0000-0000-0000-000000000000'

/** What people paste in place of the endpoint, and what it is. */
const OTHER_HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)portal\.azure\.|^cosmos\.azure\.com$/, 'that is a page to look at, not the account'],
  [
    /\.privatelink\./,
    'leave privatelink out: a private endpoint is found by the ordinary name, and the token is for that name',
  ],
  [
    /\.(mongo|table|gremlin|cassandra)\.cosmos\.azure\.|\.mongocluster\./,
    'that account has another API; the worker writes to Azure Cosmos DB for NoSQL',
  ],
  [/^(localhost|127\.|\[)|\.local$/, 'that is on this machine or in a cluster'],
]

const NOT_FOR_AKS: readonly { readonly at: readonly string[]; readonly why: string }[] = [
  { at: ['trustRoot'], why: 'whose endpoints are signed by public authorities' },
  { at: ['identity', 'authorityHost'], why: 'whose webhook knows the token service of its cloud' },
]

/**
 * What can be known to be wrong about the values for AKS without asking anybody, one line each. Values that are
 * malformed are passed over: their problem has been told.
 *
 * @param raw The environment file.
 */
export function aksProblems(raw: unknown): readonly string[] {
  return [
    ...foreignKeys(raw),
    ...identityProblems(raw),
    ...endpointProblems(raw),
    ...imageProblems(raw),
  ]
}

function foreignKeys(raw: unknown): readonly string[] {
  return NOT_FOR_AKS.filter(({ at: path }) => at(raw, ...path) !== undefined).map(
    ({ at: path, why }) => `${path.join('.')}: not for target aks, ${why}; remove it`,
  )
}

/**
 * An identity has two ids that look alike. Offline only an id in the wrong place can be told; that the client id is one
 * of this tenant is for Microsoft Entra to say (AADSTS700016).
 */
function identityProblems(raw: unknown): readonly string[] {
  const id = (key: string) => textAt(raw, 'identity', key)?.toLowerCase()
  const [clientId, tenantId, principalId] = [id('clientId'), id('tenantId'), id('principalId')]
  if (clientId === undefined) return []
  return [
    ...(clientId === PLACEHOLDER || tenantId === PLACEHOLDER
      ? ['identity: the id of zeros is a placeholder; fill in what the commands above it print']
      : []),
    ...(clientId === tenantId && clientId !== PLACEHOLDER
      ? [`identity.clientId: it is the tenant's id, ${TELL_APART}`]
      : []),
    ...(clientId === principalId
      ? [`identity.clientId: it is the identity's principal id (object id), ${TELL_APART}`]
      : []),
  ]
}

const TELL_APART =
  "expected its client id; tell them apart with: az identity show --resource-group <group> --name <identity> --query '{clientId:clientId, principalId:principalId, tenantId:tenantId}'"

function endpointProblems(raw: unknown): readonly string[] {
  const endpoint = textAt(raw, 'cosmos', 'endpoint')
  if (endpoint === undefined || !URL.canParse(endpoint)) return []
  const { hostname, port, protocol } = new URL(endpoint)
  if (protocol !== 'https:') return []
  if (COSMOS_HOST.test(hostname)) {
    return port === '' ? [] : [`cosmos.endpoint: expected port 443, got ${port}`]
  }
  const what = OTHER_HOSTS.find(([pattern]) => pattern.test(hostname))?.[1]
  const expected = 'expected https://ACCOUNT.documents.azure.com:443/ (azure.cn, azure.us)'
  return [`cosmos.endpoint: ${expected}, got the host ${hostname}${what ? `: ${what}` : ''}`]
}

/** The names under which images are built on this machine; a cluster elsewhere would look for them on Docker Hub. */
function imageProblems(raw: unknown): readonly string[] {
  return ['image', 'healImage'].flatMap((key) => {
    const image = textAt(raw, key)
    if (image === undefined || !/^(keyless-cosmos|localhost(:\d+)?)\//.test(image)) return []
    return [
      `${key}: ${image} is on this machine only; push it to a registry and name it there: <login server>/keyless-cosmos/worker@sha256:…`,
    ]
  })
}
