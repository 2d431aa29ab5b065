import type { PodToken } from './pod-token.ts'
import type { Verdict } from './worker-error.ts'

/** What a fix may quote: the pod's side of the comparison Entra made. */
export interface ExchangeFacts extends Pick<PodToken, 'issuer' | 'subject' | 'audience'> {
  readonly clientId: string
  readonly tenantId: string
  readonly authorityHost: string
  readonly scope: string
}

type Refusal = Omit<Verdict, 'code' | 'fix'> & { readonly fix: (facts: ExchangeFacts) => string }

/** Entra says 700211 and 700213 also while a new federated credential spreads, for seconds up to minutes. */
const PROPAGATION = { exitCode: 21, retry: 'propagating' } as const
const REFUSED = { exitCode: 21 } as const
const CLOCK = { exitCode: 22 } as const
const UNREACHABLE = { exitCode: 23 } as const

const wanted = ({ issuer, subject, audience }: ExchangeFacts) =>
  `give the identity a federated credential with exactly issuer ${issuer}, subject ${subject}, audience ${audience}`

const letterCase = ({ subject }: ExchangeFacts) =>
  `write the federated credential's subject with exactly the pod's letters: ${subject}`

const wrongAudience = ({ audience }: ExchangeFacts) =>
  `the pod token is for ${audience}; the federated credential must name that audience, which the webhook sets to api://AzureADTokenExchange`

const issuerDocuments = ({ issuer }: ExchangeFacts) =>
  `make ${joined(issuer, '.well-known/openid-configuration')} and the keys it names readable for the token service`

const wrongClient = ({ clientId }: ExchangeFacts) =>
  `the ServiceAccount's client-id annotation says ${clientId}; it must be the identity's client id (not its principal or resource id), in this tenant`

const wrongTenant = ({ tenantId, authorityHost }: ExchangeFacts) =>
  `check the tenant id ${tenantId} (webhook setting or tenant-id annotation) and the cloud ${authorityHost}`

const wrongResource = ({ scope }: ExchangeFacts) =>
  `check COSMOS_ENDPOINT: the tenant knows no resource for the scope ${scope}`

const later = () =>
  'wait and let the pod be started again; https://status.azure.com tells about outages'

/**
 * What each AADSTS code means for this worker. Microsoft may change codes and texts, so the code decides only
 * what to say and whether it can be propagation, and the service's own sentence is always shown beside it.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
 */
export const ENTRA_REFUSALS: Readonly<Record<string, Refusal>> = {
  '70021': { ...PROPAGATION, what: 'no federated credential matches this pod', fix: wanted },
  '70025': { ...PROPAGATION, what: 'the identity has no federated credential', fix: wanted },
  '700211': {
    ...PROPAGATION,
    what: 'no federated credential of the identity has this issuer',
    fix: (facts) => `${wanted(facts)} (${slashHint(facts.issuer)})`,
  },
  '700213': {
    ...PROPAGATION,
    what: 'no federated credential of the identity has this subject',
    fix: (facts) => `${wanted(facts)} (namespace and service account, letter case counts)`,
  },
  '7002138': {
    ...REFUSED,
    what: "the federated credential's subject differs in letter case only",
    fix: letterCase,
  },
  '700212': {
    ...REFUSED,
    what: 'no federated credential of the identity has this audience',
    fix: wrongAudience,
  },
  '7000272': {
    ...REFUSED,
    what: "the issuer's published keys do not contain the key that signed the pod token",
    fix: ({ issuer }) =>
      `publish this cluster's keys under ${issuer}; they change when a cluster is made again`,
  },
  '700027': {
    ...REFUSED,
    what: "the pod token's signature is invalid",
    fix: ({ issuer }) => `check that ${issuer} is the cluster this pod runs in`,
  },
  '50027': {
    ...REFUSED,
    what: 'the pod token is malformed',
    fix: () => 'mount the projected service-account token, not a file of your own',
  },
  '70023': {
    ...REFUSED,
    what: 'the pod token lives longer than the 25 hours Entra accepts',
    fix: () => 'use the projected token the webhook mounts, not the legacy service-account secret',
  },
  '700222': {
    ...REFUSED,
    what: 'a token of Entra itself cannot be exchanged',
    fix: () => 'present the Kubernetes service-account token',
  },
  '700231': {
    ...REFUSED,
    what: 'a token that came from a federated credential cannot be exchanged again',
    fix: () => 'federate the pod with the identity directly',
  },
  '700016': { ...REFUSED, what: 'the tenant knows no such client id', fix: wrongClient },
  '90002': { ...REFUSED, what: 'there is no such tenant', fix: wrongTenant },
  '900023': { ...REFUSED, what: 'the tenant id is malformed', fix: wrongTenant },
  '500011': { ...REFUSED, what: 'the tenant knows no such resource', fix: wrongResource },
  '1002012': { ...REFUSED, what: 'the scope is malformed', fix: wrongResource },
  '700024': {
    ...CLOCK,
    what: 'the pod token is outside its time window by the clock of the token service',
    fix: () => "compare the node's clock with the token service's; both times are in the answer",
  },
  '90061': { ...UNREACHABLE, what: "the issuer's documents cannot be read", fix: issuerDocuments },
  '50166': { ...UNREACHABLE, what: "the issuer's documents cannot be read", fix: issuerDocuments },
  '501661': { ...UNREACHABLE, what: "the issuer's documents cannot be read", fix: issuerDocuments },
  '90055': { ...UNREACHABLE, what: 'the tenant is throttled', fix: later },
  '90033': { ...UNREACHABLE, what: 'the token service is unavailable for now', fix: later },
  '90024': { ...UNREACHABLE, what: 'the token service is unavailable for now', fix: later },
}

/** Federation was refused for a reason this table does not know. */
export const OTHER_REFUSAL: Refusal = {
  ...REFUSED,
  what: 'the token service refused the exchange',
  fix: () => 'look the code up at https://login.microsoftonline.com/error',
}

function slashHint(issuer: string): string {
  return issuer.endsWith('/')
    ? 'the slash at its end belongs to it'
    : 'there is no slash at its end, as there is in the issuers of AKS'
}

function joined(issuer: string, path: string): string {
  return issuer.endsWith('/') ? issuer + path : `${issuer}/${path}`
}
