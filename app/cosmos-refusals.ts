import type { Verdict } from './worker-error.ts'

/** A fix may quote the answer, so that it can be read without it. */
type Refusal = Omit<Verdict, 'code' | 'fix'> & {
  readonly fix: string | ((answer: string) => string)
}

const AUDIENCE =
  "make COSMOS_ENDPOINT the account's own address, as the portal shows it, not a regional one"
const NETWORK_RULES =
  "let this cluster through the account's firewall or private endpoint; a change takes up to 15 minutes"
const AGAIN = 'let the pod be started again; https://status.azure.com tells about outages'

/** A new role assignment takes a while to reach every replica, so 5301 and 5302 heal by themselves at first. */
const ROLE = { exitCode: 32, fix: grant, retry: 'propagating' } as const
const TOKEN = { exitCode: 34, fix: AUDIENCE } as const
const CLOCK = {
  exitCode: 22,
  fix: "compare the node's clock with the times in the answer",
} as const

/**
 * What each refusal of the Cosmos DB data plane means, by `STATUS/SUBSTATUS` and then by `STATUS` alone.
 *
 * @see https://github.com/Azure/azure-cosmos-dotnet-v3/blob/master/Microsoft.Azure.Cosmos/src/SubStatusCodes.cs
 * @see https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb
 */
export const COSMOS_REFUSALS: Readonly<Record<string, Refusal>> = {
  '400': {
    exitCode: 70,
    what: 'Cosmos DB calls the request malformed',
    fix: 'report this line: the worker sent something it should not',
  },
  '401': { ...TOKEN, what: 'Cosmos DB does not accept the token' },
  '401/5002': {
    exitCode: 34,
    what: 'this account does not accept Entra tokens',
    fix: 'use an account for NoSQL with Entra authentication',
  },
  '401/5005': { ...CLOCK, what: 'the access token is not valid yet by the clock of Cosmos DB' },
  '401/5006': { ...CLOCK, what: 'the access token has expired by the clock of Cosmos DB' },
  '401/5007': {
    exitCode: 34,
    what: 'the access token comes from a tenant the account does not trust',
    fix: 'use an identity of the tenant the account lives in',
  },
  '401/5008': { ...TOKEN, what: 'the access token is for another audience' },
  '403': { exitCode: 31, what: 'Cosmos DB refused the request', fix: NETWORK_RULES },
  '403/5300': {
    exitCode: 33,
    what: 'this operation is never possible with a data-plane token',
    fix: 'create databases and containers through Azure Resource Manager, not in the worker',
  },
  '403/5301': { ...ROLE, what: 'the identity may not read metadata here' },
  '403/5302': { ...ROLE, what: 'the identity may not do this here' },
  '403/5303': { ...ROLE, what: 'the identity may not do this here' },
  '403/5400': { exitCode: 32, what: 'the identity may not do this here', fix: grant },
  '403/1014': {
    exitCode: 31,
    what: 'the logical partition is full',
    fix: 'let documents expire (TTL) or start with a new pod, which has a partition of its own',
  },
  '404': {
    exitCode: 35,
    what: 'there is no such database, container or item',
    fix: 'check COSMOS_DATABASE and COSMOS_CONTAINER (letter case counts); the worker never creates them',
  },
  '408': { exitCode: 31, what: 'Cosmos DB took too long', fix: AGAIN },
  '410': { exitCode: 31, what: 'a partition of the container is moving', fix: AGAIN },
  '413': {
    exitCode: 2,
    what: 'the document is larger than the 2 MB an item may have',
    fix: 'shorten DOCUMENT_NAME',
  },
  '429': {
    exitCode: 36,
    what: 'Cosmos DB throttles, and did so through every retry of the SDK',
    fix: 'raise the throughput of the container or write less often',
  },
  '449': { exitCode: 31, what: 'a concurrent change got in between', fix: AGAIN },
  '500': { exitCode: 31, what: 'Cosmos DB failed', fix: AGAIN },
  '503': { exitCode: 31, what: 'Cosmos DB is unavailable for now', fix: AGAIN },
}

/** A status the table does not know. */
export const OTHER_STATUS: Refusal = {
  exitCode: 31,
  what: 'Cosmos DB refused the request',
  fix: AGAIN,
}

/** What the service found missing, in its own words: `principal [OID] … action [ACTION] … on resource [SCOPE]`. */
const MISSING = /principal \[([^\]]+)\][^]*? action \[([^\]]+)\][^]*? on resource \[([^\]]+)\]/

function grant(answer: string): string {
  const [, principal, action, resource] = MISSING.exec(answer) ?? []
  const role = 'assign a Cosmos DB data role (a sqlRoleAssignment, not an Azure role)'
  return principal === undefined
    ? `${role} with the action and at the scope of the answer to the pod's identity, by its principal id (not its client id)`
    : `${role} with the action ${action} at the scope ${resource?.replace(/^\/?/, '/')} to the principal ${principal}`
}
