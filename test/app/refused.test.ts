import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { EntraDirectory } from '../../local/entra/server.ts'
import { ISSUER, PRINCIPAL, SUBJECT, startChain } from './chain.ts'
import type { Chain } from './chain.ts'
import { startWorker, worker } from './worker.ts'

let chain: Chain
beforeAll(async () => {
  chain = await startChain()
})
afterEach(() => chain.heal())
afterAll(() => chain.close())

/** One broken link: what breaks it, and the verdict it must end in. */
interface Broken {
  readonly when: string
  readonly step: string
  readonly code: string
  readonly exit: number
  readonly fix: RegExp
  readonly env?: (
    chain: Chain,
  ) => Readonly<Record<string, string>> | Promise<Record<string, string>>
}

/** For an answer, on a busy machine; what may be propagation is tried again for so long. */
const LONG_ENOUGH = { DEADLINE_SECONDS: '5' }

async function expectVerdict({ step, code, exit, fix, env }: Broken): Promise<void> {
  const ended = await worker(chain.env({ ...LONG_ENOUGH, ...(await env?.(chain)) }))
  expect(ended.stdout).toMatch(new RegExp(`^./7 ${step} +FAIL  ${code}  `, 'm'))
  expect(ended.stdout).toMatch(new RegExp(`^  fix +.*${fix.source}`, 'm'))
  expect(ended.stdout).toMatch(
    new RegExp(`^FAIL  ${code} at "${step}"  took=.*  exit=${exit}$`, 'm'),
  )
  expect(ended.code).toBe(exit)
}

const HOUR = 3600
const soon = () => Math.floor(Date.now() / 1000)
const token = (claims: () => Record<string, unknown>) => async (chain: Chain) => ({
  AZURE_FEDERATED_TOKEN_FILE: await chain.tokenFile(claims()),
})
const fileWith = (content: string) => async (chain: Chain) => {
  const path = join(chain.directory, 'odd-token')
  await writeFile(path, content)
  return { AZURE_FEDERATED_TOKEN_FILE: path }
}

test.for<Broken>([
  {
    when: 'the pod has no label, so nothing is injected',
    step: 'environment',
    code: 'ERR_NOT_INJECTED',
    exit: 20,
    fix: /label the pod/,
    env: () => ({ AZURE_CLIENT_ID: '', AZURE_TENANT_ID: '', AZURE_FEDERATED_TOKEN_FILE: '' }),
  },
  {
    when: 'the service account has no annotation',
    step: 'environment',
    code: 'ERR_NOT_INJECTED',
    exit: 20,
    fix: /annotate the pod's ServiceAccount/,
    env: () => ({ AZURE_CLIENT_ID: '' }),
  },
  {
    when: 'the token volume is not mounted',
    step: 'environment',
    code: 'ERR_TOKEN_FILE_MISSING',
    exit: 20,
    fix: /inject the variable and the volume together/,
    env: () => ({ AZURE_FEDERATED_TOKEN_FILE: '/var/run/secrets/nowhere' }),
  },
  {
    when: 'the token file is empty',
    step: 'pod token',
    code: 'ERR_TOKEN_FILE_EMPTY',
    exit: 20,
    fix: /mount the projected service-account token/,
    env: fileWith(' \n'),
  },
  {
    when: 'the token file holds something else',
    step: 'pod token',
    code: 'ERR_TOKEN_FILE_INVALID',
    exit: 20,
    fix: /mount the projected service-account token/,
    env: fileWith('hello'),
  },
  {
    when: 'the pod token has expired',
    step: 'pod token',
    code: 'ERR_TOKEN_EXPIRED',
    exit: 22,
    fix: /compare the clock of the node/,
    env: token(() => ({ iat: soon() - 2 * HOUR, nbf: soon() - 2 * HOUR, exp: soon() - HOUR })),
  },
  {
    when: 'the pod token is not valid yet',
    step: 'pod token',
    code: 'ERR_TOKEN_NOT_YET_VALID',
    exit: 22,
    fix: /compare the clock of the node/,
    env: token(() => ({ iat: soon() + HOUR, nbf: soon() + HOUR, exp: soon() + 2 * HOUR })),
  },
])('$when: $code at "$step", exit $exit', expectVerdict)

const STRANGER = '00000000-0000-4000-8000-00000000beef'

test.for<Broken>([
  {
    when: 'the subject is another service account',
    step: 'exchange',
    code: 'AADSTS700213',
    exit: 21,
    fix: /subject system:serviceaccount:keyless-cosmos:other/,
    env: token(() => ({ sub: 'system:serviceaccount:keyless-cosmos:other' })),
  },
  {
    when: 'the subject differs in letter case',
    step: 'exchange',
    code: 'AADSTS7002138',
    exit: 21,
    fix: /exactly the pod's letters/,
    env: token(() => ({ sub: 'system:serviceaccount:keyless-cosmos:Worker' })),
  },
  {
    when: 'the issuer has a slash too many',
    step: 'exchange',
    code: 'AADSTS700211',
    exit: 21,
    fix: /the slash at its end belongs to it/,
    env: token(() => ({ iss: `${ISSUER}/` })),
  },
  {
    when: 'the audience is another',
    step: 'exchange',
    code: 'AADSTS700212',
    exit: 21,
    fix: /the pod token is for api:\/\/AKSIdentityBinding/,
    env: token(() => ({ aud: ['api://AKSIdentityBinding'] })),
  },
  {
    when: 'the pod token lives too long',
    step: 'exchange',
    code: 'AADSTS70023',
    exit: 21,
    fix: /use the projected token/,
    env: token(() => ({ exp: soon() + 400 * 24 * HOUR })),
  },
  {
    when: 'the client id is unknown',
    step: 'exchange',
    code: 'AADSTS700016',
    exit: 21,
    fix: /client-id annotation says 00000000-/,
    env: () => ({ AZURE_CLIENT_ID: STRANGER }),
  },
  {
    when: 'the tenant is unknown',
    step: 'exchange',
    code: 'AADSTS90002',
    exit: 21,
    fix: /check the tenant id/,
    env: () => ({ AZURE_TENANT_ID: STRANGER }),
  },
])('$when: $code at "$step", exit $exit', expectVerdict)

/** The directory with another set of federated credentials. */
function federating(credentials: EntraDirectory['identities'][number]['federatedCredentials']) {
  const identities = chain.entra.identities.map((identity) => ({
    ...identity,
    federatedCredentials: credentials,
  }))
  chain.entra = { ...chain.entra, identities }
}

const exchangeRefused = { step: 'exchange', fix: /./ }

test('an identity without a federated credential is AADSTS70025', async () => {
  federating([])
  await expectVerdict({ ...exchangeRefused, when: '', code: 'AADSTS70025', exit: 21 })
})

test('an issuer nobody can read is AADSTS90061 and counts as unreachable', async () => {
  const issuer = 'https://127.0.0.1:9'
  federating([{ name: 'dark', issuer, subject: SUBJECT, audience: 'api://AzureADTokenExchange' }])
  await expectVerdict({
    ...exchangeRefused,
    when: '',
    code: 'AADSTS90061',
    exit: 23,
    env: token(() => ({ iss: issuer })),
  })
})

test('a token service whose clock is two hours ahead is AADSTS700024', async () => {
  chain.skewMs = { entra: 2 * HOUR * 1000, cosmos: 0 }
  await expectVerdict({ ...exchangeRefused, when: '', code: 'AADSTS700024', exit: 22 })
})

test('a throttled tenant is AADSTS90055 and counts as unreachable', async () => {
  chain.fault = { code: 90055 }
  await expectVerdict({ ...exchangeRefused, when: '', code: 'AADSTS90055', exit: 23 })
})

/** The account with these role definitions and scopes for the worker. */
function granting(...grants: readonly { readonly role: string; readonly scope: string }[]) {
  const roleAssignments = grants.map(({ role, scope }, index) => ({
    id: `3b0f9a44-6a0c-4a7e-9e7a-0d3f5c1e2b1${index}`,
    roleDefinitionId: role,
    principalId: PRINCIPAL,
    scope,
  }))
  chain.account = { ...chain.account, roleAssignments }
}

const METADATA_READER = '0d5e8f7a-4b3c-4a6d-8e1f-2c9b7a5d6e10'
const WRITER = '7c1a2b3d-9e8f-4d5c-b6a7-8f0e1d2c3b4a'
const DATA_READER = '00000000-0000-0000-0000-000000000001'

test.for([
  { when: 'no role at all', grants: [], step: 'cosmos', code: '403/5301', exit: 32 },
  {
    when: 'a role on a sibling container',
    grants: [
      { role: METADATA_READER, scope: '/' },
      { role: WRITER, scope: '/dbs/rbacsample/colls/by-city' },
    ],
    step: 'write',
    code: '403/5302',
    exit: 32,
  },
  {
    when: 'a read-only role',
    grants: [{ role: DATA_READER, scope: '/' }],
    step: 'write',
    code: '403/5302',
    exit: 32,
  },
])('$when: $code at "$step"', async ({ grants, ...broken }) => {
  granting(...grants)
  await expectVerdict({ ...broken, fix: /assign a Cosmos DB data role/ })
})

test.for<Broken>([
  {
    when: 'no such container',
    step: 'cosmos',
    code: '404/\\d+',
    exit: 35,
    fix: /the worker never creates them/,
    env: () => ({ COSMOS_CONTAINER: 'Data' }),
  },
  {
    when: 'another partition key',
    step: 'cosmos',
    code: 'ERR_PARTITION_KEY',
    exit: 2,
    fix: /name a container with the partition key path/,
    env: () => ({ COSMOS_CONTAINER: 'by-city' }),
  },
])('$when: $code at "$step", exit $exit', expectVerdict)

test('an account whose clock is two days ahead calls the token expired', async () => {
  chain.skewMs = { entra: 0, cosmos: 48 * HOUR * 1000 }
  await expectVerdict({
    when: '',
    step: 'cosmos',
    code: '401/5006',
    exit: 22,
    fix: /compare the node's clock/,
  })
})

test('a role that arrives while the worker waits lets it write after all', async () => {
  granting({ role: METADATA_READER, scope: '/' })
  const running = startWorker(chain.env())
  await running.said('6/7 write        wait  403/5302')
  chain.heal()
  const { code, stdout } = await running.ended
  expect(stdout).toMatch(/wait {2}403\/5302 .* perhaps still propagating {2}attempt=1/)
  expect(stdout).toContain('  fix       assign a Cosmos DB data role')
  expect(stdout).toContain('6/7 write        ok    201')
  expect(code).toBe(0)
})

test('a federated credential that arrives while the worker waits does too', async () => {
  federating([])
  const running = startWorker(chain.env())
  await running.said('3/7 exchange     wait  AADSTS70025')
  chain.heal()
  expect((await running.ended).code).toBe(0)
})

test('the termination message of a failure is its verdict, fix and evidence', async () => {
  const path = join(chain.directory, 'failed-log')
  await worker(chain.env({ AZURE_CLIENT_ID: STRANGER, TERMINATION_MESSAGE_PATH: path }))
  const message = await readFile(path, 'utf8')
  expect(message).toMatch(/^exit 21: AADSTS700016 at "exchange": .*\nfix: .*\nasked: /)
  expect(message).not.toMatch(/eyJ/)
})

test('a bad setting is told before anything is tried', async () => {
  const env = chain.env({ COSMOS_ENDPOINT: 'http://127.0.0.1/', WORKER_MODE: 'often' })
  const { code, stdout } = await worker(env)
  expect(stdout).toMatch(/^FAIL {2}ERR_SETTINGS {2}2 settings are missing or wrong$/m)
  expect(stdout).toMatch(/ {2}problem {3}COSMOS_ENDPOINT must start with https:\/\//)
  expect(stdout).toMatch(/ {2}problem {3}WORKER_MODE must be once or interval/)
  expect(code).toBe(2)
})
