import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../local/http.ts'
import type { Listener } from '../../local/http.ts'
import { createAuthority } from '../../local/tls.ts'
import { startChain } from './chain.ts'
import type { Chain } from './chain.ts'
import { worker } from './worker.ts'

/** Nothing listens on the discard port of this machine. */
const NOBODY = 'https://127.0.0.1:9/'
const NO_NAME = 'https://no-such-host.invalid/'

let chain: Chain
/** Takes connections and never says a word. */
let silent: { readonly url: string; close(): void }
/** Answers everything with what a test has set, under a certificate the worker trusts. */
let scripted: Listener
let answer: () => Response
/** Answers under a certificate of another authority. */
let untrusted: Listener

beforeAll(async () => {
  chain = await startChain()
  silent = await startSilent()
  scripted = await listen(() => answer(), { tls: chain.tls, name: 'scripted' })
  const stranger = await createAuthority(Date.now())
  const tls = await stranger.issue(['127.0.0.1'])
  untrusted = await listen(() => new Response('{}'), { tls, name: 'untrusted' })
})
afterAll(async () => {
  silent.close()
  await untrusted.close()
  await scripted.close()
  await chain.close()
})

async function startSilent() {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `https://127.0.0.1:${port}/`, close: () => server.close() }
}

test.for([
  { when: 'nothing listens', url: () => NOBODY, code: 'ECONNREFUSED', seconds: 5 },
  {
    when: 'its name does not resolve',
    url: () => NO_NAME,
    code: 'E(NOTFOUND|AI_AGAIN)',
    seconds: 5,
  },
  {
    when: 'its certificate is not trusted',
    url: () => `${untrusted.url}/`,
    code: '\\w*(LEAF_SIGNATURE|ISSUER_CERT\\w*)',
    seconds: 5,
  },
  { when: 'it is silent', url: () => silent.url, code: 'ERR_DEADLINE', seconds: 2 },
])('a token service is unreachable (23) when $when', async ({ url, code, seconds }) => {
  const env = chain.env({ AZURE_AUTHORITY_HOST: url(), DEADLINE_SECONDS: String(seconds) })
  const { code: exit, stdout } = await worker(env)
  expect(stdout).toMatch(new RegExp(`^3/7 exchange +FAIL  ${code}  .*the token service`, 'm'))
  expect(exit).toBe(23)
})

test.for([
  { when: 'nothing listens', url: () => NOBODY, code: 'ECONNREFUSED', exit: 31 },
  { when: 'its name does not resolve', url: () => NO_NAME, code: 'E(NOTFOUND|AI_AGAIN)', exit: 31 },
  {
    when: 'its certificate is not trusted',
    url: () => `${untrusted.url}/`,
    code: '\\w*(LEAF_SIGNATURE|ISSUER_CERT\\w*)',
    exit: 30,
  },
  { when: 'it is silent', url: () => silent.url, code: 'ERR_DEADLINE', exit: 31 },
])('Cosmos DB ends with $exit when $when', async ({ url, code, exit: expected }) => {
  const { code: exit, stdout } = await worker(
    chain.env({ COSMOS_ENDPOINT: url(), DEADLINE_SECONDS: '8' }),
  )
  expect(stdout).toMatch(new RegExp(`^5/7 cosmos +FAIL  ${code}  .*Cosmos DB`, 'm'))
  expect(exit).toBe(expected)
})

/** An answer in the shape of Cosmos DB's errors. */
function refusal(status: number, substatus: number, message: string): Response {
  return Response.json(
    {
      code: 'Refused',
      message: `${message}\r\nActivityId: 1, Microsoft.Azure.Documents.Common/2.14.0`,
    },
    {
      status,
      headers: {
        'x-ms-substatus': String(substatus),
        'x-ms-activity-id': 'ded69b58-0000-4000-8000-000000000000',
        'x-ms-retry-after-ms': '1',
      },
    },
  )
}

const page = () => new Response('<html>Bad gateway</html>', { status: 502 })

test.for([
  {
    when: 'the firewall blocks',
    reply: () => refusal(403, 0, 'Request originated from IP 1.2.3.4 through public internet.'),
    code: '403/0',
    exit: 31,
    fix: 'let this cluster through',
  },
  {
    when: 'the audience is another',
    reply: () => refusal(401, 5008, 'Provided AAD token is intended for [https://b/].'),
    code: '401/5008',
    exit: 34,
    fix: 'make COSMOS_ENDPOINT',
  },
  {
    when: 'the operation is one of the control plane',
    reply: () => refusal(403, 5300, 'cannot be authorized by AAD token in data plane'),
    code: '403/5300',
    exit: 33,
    fix: 'through Azure Resource Manager',
  },
  {
    when: 'it throttles through all retries',
    reply: () => refusal(429, 3200, 'Request rate is large.'),
    code: '429/3200',
    exit: 36,
    fix: 'raise the throughput',
  },
  {
    when: 'it is down',
    reply: () => refusal(503, 0, 'Service is currently unavailable.'),
    code: '503/0',
    exit: 31,
    fix: 'started again',
  },
  {
    when: 'a proxy answers with a page',
    reply: page,
    code: 'ERR_ANSWER',
    exit: 31,
    fix: 'look for a proxy',
  },
  {
    when: 'the answer is empty',
    reply: () => new Response(null, { status: 500 }),
    code: 'ERR_ANSWER',
    exit: 31,
    fix: 'look for a proxy',
  },
])('Cosmos DB ends with $exit when $when', async ({ reply, code, exit: expected, fix }) => {
  answer = reply
  const { code: exit, stdout } = await worker(
    chain.env({ COSMOS_ENDPOINT: `${scripted.url}/`, DEADLINE_SECONDS: '10' }),
  )
  expect(stdout).toMatch(new RegExp(`^5/7 cosmos +FAIL  ${code}  `, 'm'))
  expect(stdout).toMatch(new RegExp(`^  fix +.*${fix}`, 'm'))
  expect(exit).toBe(expected)
})

test('a page in place of the token service is told from a refusal', async () => {
  answer = page
  const { code, stdout } = await worker(
    chain.env({ AZURE_AUTHORITY_HOST: `${scripted.url}/`, DEADLINE_SECONDS: '10' }),
  )
  expect(stdout).toMatch(/^3\/7 exchange +FAIL {2}ERR_(ANSWER|DEADLINE) {2}.*the token service/m)
  expect(code).toBe(23)
})
