import { expect, test } from 'vitest'
import { ENTRA_REFUSALS } from './entra-refusals.ts'
import { explain, hidesItsCause } from './failure.ts'
import type { Place } from './failure.ts'
import { transportVerdict } from './transport.ts'

const exchange = {
  issuer: 'https://kubernetes.default.svc.cluster.local',
  subject: 'system:serviceaccount:keyless-cosmos:Worker',
  audience: 'api://AzureADTokenExchange',
  clientId: 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27',
  tenantId: '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11',
  authorityHost: 'https://login.microsoftonline.com/',
  scope: 'https://a.documents.azure.com/.default',
}
const TOKEN: Place = { service: 'the token service', where: exchange.authorityHost, exchange }
const COSMOS: Place = { service: 'Cosmos DB', where: 'https://a.documents.azure.com/', exchange }

/** The text as @azure/identity 4.14 builds it around Entra's answer. */
function entra(code: number): Error {
  return new Error(
    `ChainedTokenCredential authentication failed.\nCredentialUnavailableError: x\nAuthenticationRequiredError: invalid_client: Error(s): ${code} - Timestamp: t - Description: AADSTS${code}: the sentence. Trace ID: 11-aa Correlation ID: 22-bb Timestamp: t - Correlation ID: 22-bb - Trace ID: 11-aa`,
  )
}

test.for([
  { code: 70021, exitCode: 21, retry: 'propagating' },
  { code: 70025, exitCode: 21, retry: 'propagating' },
  { code: 700211, exitCode: 21, retry: 'propagating' },
  { code: 700213, exitCode: 21, retry: 'propagating' },
  { code: 7002138, exitCode: 21, retry: undefined },
  { code: 700212, exitCode: 21, retry: undefined },
  { code: 7000272, exitCode: 21, retry: undefined },
  { code: 700016, exitCode: 21, retry: undefined },
  { code: 90002, exitCode: 21, retry: undefined },
  { code: 900023, exitCode: 21, retry: undefined },
  { code: 700024, exitCode: 22, retry: undefined },
  { code: 90061, exitCode: 23, retry: undefined },
  { code: 50166, exitCode: 23, retry: undefined },
  { code: 90055, exitCode: 23, retry: undefined },
  { code: 424242, exitCode: 21, retry: undefined },
])('AADSTS$code ends with $exitCode, retried: $retry', ({ code, exitCode, retry }) => {
  const { verdict, details } = explain(entra(code), TOKEN)
  expect({ retry: undefined, ...verdict }).toMatchObject({
    code: `AADSTS${code}`,
    exitCode,
    retry,
  })
  expect(details).toContainEqual([
    'answer',
    `AADSTS${code}: the sentence. Trace ID: 11-aa Correlation ID: 22-bb`,
  ])
})

test('only the four codes of propagation are ever tried again', () => {
  const retried = Object.entries(ENTRA_REFUSALS).filter(([, refusal]) => refusal.retry)
  expect(retried.map(([code]) => code)).toEqual(['70021', '70025', '700211', '700213'])
})

test.for([
  {
    code: 700213,
    fix: /subject system:serviceaccount:keyless-cosmos:Worker, .*letter case counts/,
  },
  { code: 7002138, fix: /exactly the pod's letters: .*:Worker$/ },
  { code: 700211, fix: /issuer https:\/\/kubernetes\S+local, .*no slash at its end/ },
  { code: 700212, fix: /api:\/\/AzureADTokenExchange/ },
  { code: 700016, fix: /client-id annotation says c9e4b1f2.*not its principal/ },
  { code: 90061, fix: /cluster\.local\/\.well-known\/openid-configuration/ },
])('the fix of AADSTS$code quotes what the pod says', ({ code, fix }) => {
  expect(explain(entra(code), TOKEN).verdict.fix).toMatch(fix)
})

test('the slash at the end of an AKS issuer is pointed out', () => {
  const aks = { ...TOKEN, exchange: { ...exchange, issuer: 'https://oic.example/' } }
  expect(explain(entra(700211), aks).verdict.fix).toMatch(/the slash at its end belongs to it/)
})

/** As the Cosmos DB SDK throws it. */
function cosmos(code: number, substatus?: number, message = 'refused'): Error {
  return Object.assign(new Error(message), { code, substatus, activityId: 'a-1' })
}

test.for([
  { code: '401/0', exitCode: 34, retry: undefined },
  { code: '401/5005', exitCode: 22, retry: undefined },
  { code: '401/5006', exitCode: 22, retry: undefined },
  { code: '401/5007', exitCode: 34, retry: undefined },
  { code: '401/5008', exitCode: 34, retry: undefined },
  { code: '403/0', exitCode: 31, retry: undefined },
  { code: '403/5300', exitCode: 33, retry: undefined },
  { code: '403/5301', exitCode: 32, retry: 'propagating' },
  { code: '403/5302', exitCode: 32, retry: 'propagating' },
  { code: '404/0', exitCode: 35, retry: undefined },
  { code: '404/1003', exitCode: 35, retry: undefined },
  { code: '413/0', exitCode: 2, retry: undefined },
  { code: '429/3200', exitCode: 36, retry: undefined },
  { code: '503/0', exitCode: 31, retry: undefined },
  { code: '400/0', exitCode: 70, retry: undefined },
  { code: '418/0', exitCode: 31, retry: undefined },
])('Cosmos DB $code ends with $exitCode, retried: $retry', ({ code, exitCode, retry }) => {
  const [status, substatus] = code.split('/').map(Number)
  const { verdict, details } = explain(cosmos(status ?? 0, substatus), COSMOS)
  expect({ retry: undefined, ...verdict }).toMatchObject({ code, exitCode, retry })
  expect(details).toContainEqual(['activity', 'a-1'])
})

const BLOCKED =
  'Request blocked by Auth acct : Request is blocked because principal [63cf-oid] does not have required RBAC permissions to perform action [Microsoft.DocumentDB/databaseAccounts/readMetadata] on resource ['

test.for([
  {
    when: 'the gateway names all',
    answer: `${BLOCKED}/].  Learn more: https://aka.ms/cosmos-native-rbac.`,
    fix: /action \S+\/readMetadata at the scope \/ to the principal 63cf-oid$/,
  },
  {
    when: 'a replica names a container',
    answer: `${BLOCKED}dbs/a/colls/b].`,
    fix: /at the scope \/dbs\/a\/colls\/b to the principal 63cf-oid$/,
  },
  {
    when: 'the answer says less',
    answer: 'Forbidden',
    fix: /to the pod's identity, by its principal id \(not its client id\)$/,
  },
])('the fix of a missing role can be read without the answer when $when', ({ answer, fix }) => {
  expect(explain(cosmos(403, 5301, answer), COSMOS).verdict.fix).toMatch(fix)
})

test.for([
  { code: 'ENOTFOUND', token: 23, cosmos: 31 },
  { code: 'EAI_AGAIN', token: 23, cosmos: 31 },
  { code: 'ECONNREFUSED', token: 23, cosmos: 31 },
  { code: 'ECONNRESET', token: 23, cosmos: 31 },
  { code: 'EPERM', token: 23, cosmos: 31 },
  { code: 'EHOSTDOWN', token: 23, cosmos: 31 },
  { code: 'ETIMEDOUT', token: 23, cosmos: 31 },
  { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', token: 23, cosmos: 30 },
  { code: 'SELF_SIGNED_CERT_IN_CHAIN', token: 23, cosmos: 30 },
  { code: 'CERT_HAS_EXPIRED', token: 23, cosmos: 30 },
  { code: 'ERR_TLS_CERT_ALTNAME_INVALID', token: 23, cosmos: 30 },
])('$code is $token at the token service and $cosmos at Cosmos DB', ({ code, token, cosmos }) => {
  const error = new Error('outer', { cause: Object.assign(new Error('inner'), { code }) })
  expect(explain(error, TOKEN).verdict).toMatchObject({ code, exitCode: token })
  expect(explain(error, COSMOS).verdict).toMatchObject({ code, exitCode: cosmos })
})

test.for([
  { code: 'EAI_AGAIN', retry: 'starting' },
  { code: 'ETIMEDOUT', retry: 'starting' },
  { code: 'ENOTFOUND', retry: undefined },
  { code: 'ECONNREFUSED', retry: undefined },
  { code: 'EPERM', retry: undefined },
  { code: 'CERT_HAS_EXPIRED', retry: undefined },
])('only silence may pass: $code is retried: $retry', ({ code, retry }) => {
  const error = Object.assign(new Error('inner'), { code })
  for (const place of [TOKEN, COSMOS]) {
    expect({ retry: undefined, ...explain(error, place).verdict }).toMatchObject({ code, retry })
  }
})

test.for([
  { code: 'EPROTO', what: /does not speak TLS/, fix: /host and port/ },
  { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', what: /does not speak TLS/, fix: /TLS 1\.2/ },
  { code: 'ERR_TLS_CERT_ALTNAME_INVALID', what: /another name/, fix: /check the host name/ },
  { code: 'CERT_HAS_EXPIRED', what: /has expired/, fix: /clock of the node/ },
  { code: 'SELF_SIGNED_CERT_IN_CHAIN', what: /not signed by an authority/, fix: /EXTRA_CA_CERTS/ },
])('the fix of $code is one that helps against it', ({ code, what, fix }) => {
  expect(transportVerdict(code, 'Cosmos DB')).toMatchObject({
    exitCode: 30,
    what: expect.stringMatching(what) as string,
    fix: expect.stringMatching(fix) as string,
  })
})

test('a refused connection to several addresses is found inside its aggregate', () => {
  const parts = [Object.assign(new Error('::1'), { code: 'ECONNREFUSED' })]
  expect(explain(new AggregateError(parts), COSMOS).verdict.code).toBe('ECONNREFUSED')
})

test('a code of neither network nor TLS is not guessed at', () => {
  expect(transportVerdict('ENOSPC', 'Cosmos DB')).toBeUndefined()
})

test.for([
  { text: 'network_error: See https://aka.ms/msal.js.errors', hidden: true },
  { text: 'endpoints_resolution_error: Endpoints cannot be resolved', hidden: true },
  { text: 'AADSTS700213: no. endpoints_resolution_error', hidden: false },
  { text: 'something else', hidden: false },
])('"$text" hides its cause: $hidden', ({ text, hidden }) => {
  expect(hidesItsCause(new Error(text))).toBe(hidden)
})

test('an answer that is not even HTTP is told as one of somebody else', () => {
  const error = Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_CONSTANT' })
  expect(explain(error, COSMOS).verdict).toMatchObject({ code: 'ERR_ANSWER', exitCode: 31 })
})

test('an answer that is not of Cosmos DB is told from a bug of ours', () => {
  const html = new SyntaxError(`Unexpected token '<'`)
  expect(explain(html, COSMOS).verdict).toMatchObject({ code: 'ERR_ANSWER', exitCode: 31 })
  expect(explain(html, TOKEN).verdict).toMatchObject({ code: 'ERR_BUG', exitCode: 70 })
})

test.for([
  {
    text: 'Invalid value for AZURE_TOKEN_CREDENTIALS = x.',
    code: 'ERR_TOKEN_CREDENTIALS',
    exitCode: 2,
  },
  { text: 'Failed to retrieve a valid token', code: 'ERR_TOKEN_CREDENTIALS', exitCode: 2 },
  { text: 'the answer has no token', code: 'ERR_ANSWER', exitCode: 23 },
])('a credential that says "$text" ends with $exitCode', ({ text, code, exitCode }) => {
  const error = Object.assign(new Error(text), { name: 'CredentialUnavailableError' })
  expect(explain(error, TOKEN).verdict).toMatchObject({ code, exitCode })
})

// As @azure/identity 4.14 says it, when the file has gone or is blank under a worker that goes on
test.for([
  "ENOENT: no such file or directory, open '/var/run/token'",
  "EACCES: permission denied, open '/var/run/token'",
  'WorkloadIdentityCredential: is unavailable. No content on the file /var/run/token.',
])('a credential that says "%s" is about the pod, not about the token service', (text) => {
  const error = Object.assign(
    new Error(
      `ChainedTokenCredential authentication failed.\nAuthenticationRequiredError: ${text}`,
    ),
    { name: 'AggregateAuthenticationError' },
  )
  const { verdict } = explain(error, COSMOS)
  expect(verdict).toMatchObject({ code: 'ERR_TOKEN_FILE_LOST', exitCode: 20 })
})

test('whatever nobody foresaw is our bug, with the error beside it', () => {
  const { verdict, details, cause } = explain(new RangeError('deep'), COSMOS)
  expect(verdict).toMatchObject({ code: 'ERR_BUG', exitCode: 70 })
  expect(details).toContainEqual(['error', 'RangeError: deep'])
  expect(cause).toBeInstanceOf(RangeError)
})
