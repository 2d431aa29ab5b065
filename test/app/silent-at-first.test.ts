// A network younger than the pod: names that do not resolve yet, hosts that take a connection and say nothing.
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../local/http.ts'
import type { Listener } from '../../local/http.ts'
import { run } from '../support/run.ts'
import { startChain } from './chain.ts'
import type { Chain } from './chain.ts'
import { freePort } from './free-port.ts'
import { expectNothingSecret, lines, startWorker, worker } from './worker.ts'

let chain: Chain
/** Takes connections and never says a word. */
let silent: Server
/** An account that takes a document and never says so. */
let account: Listener
let creates = 0
const held = Promise.withResolvers<Response>()

beforeAll(async () => {
  chain = await startChain()
  silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  account = await listen(answer, { tls: chain.tls, name: 'account' })
})
afterAll(async () => {
  held.resolve(new Response())
  silent.close()
  await account.close()
  await chain.close()
})

function answer({ method, url }: Request): Response | Promise<Response> {
  if (method === 'POST') {
    creates += 1
    return held.promise
  }
  if (new URL(url).pathname.includes('/colls/')) {
    return Response.json({ id: 'data', partitionKey: { paths: ['/partitionKey'], kind: 'Hash' } })
  }
  const here = [{ name: 'Here', databaseAccountEndpoint: `${account.url}/` }]
  return Response.json({ id: 'a', writableLocations: here, readableLocations: here })
}

/**
 * No machine lets a test stop its DNS. So the worker's process has a resolver that answers for `localhost` as one whose
 * servers are not up yet, so many times, and from then on as the machine's own.
 *
 * @param how `refusal` at once, as while the cluster's DNS has no pod that is ready; or `none` at all.
 */
function youngResolver(times: number, how: 'refusal' | 'none' = 'refusal') {
  const script = `
    import dns from 'node:dns'
    const { lookup } = dns
    let left = ${times}
    dns.lookup = (host, options, callback) => {
      if (host !== 'localhost' || left <= 0) return lookup(host, options, callback)
      left -= 1
      const error = Object.assign(new Error('getaddrinfo EAI_AGAIN localhost'), { code: 'EAI_AGAIN' })
      if (${how === 'refusal'}) setImmediate(() => callback(error))
    }`
  return preload(script)
}

function preload(script: string) {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
}

const FOR_EVER = 1_000_000

const byName = (url: string) => url.replace('127.0.0.1', 'localhost')
const silentUrl = () => `https://127.0.0.1:${(silent.address() as AddressInfo).port}/`
const entra = () => ({ AZURE_AUTHORITY_HOST: `${byName(chain.entraUrl)}/` })
const cosmos = () => ({ COSMOS_ENDPOINT: `${byName(chain.cosmosUrl)}/` })

// After one, the SDK has failed without a word of why, and what is then asked behind its back answers already
test.for([1, 2, 5])('%i times no name, and then the token service: written', async (times) => {
  const { code, stdout } = await worker(chain.env({ ...entra(), ...youngResolver(times) }))
  expect(stdout).toMatch(/^3\/7 exchange +wait {2}E\w+ .*perhaps still starting {2}attempt=1/m)
  expect(stdout).toContain('6/7 write        ok    201')
  expect(code).toBe(0)
})

test('the first time it is told with its fix, and then in a line', async () => {
  const { code, stdout } = await worker(chain.env({ ...cosmos(), ...youngResolver(2) }))
  expect(stdout.match(/^5\/7 cosmos +wait {2}EAI_AGAIN .*attempt=\d/gm)).toHaveLength(2)
  expect(stdout.match(/^ {2}fix +let the network policy allow DNS/gm)).toHaveLength(1)
  expect(stdout).toContain('6/7 write        ok    201')
  expect(code).toBe(0)
})

test('in JSON the wait is an event with its fix', async () => {
  const env = { ...cosmos(), ...youngResolver(1), LOG_FORMAT: 'json' }
  const { stdout } = await worker(chain.env(env))
  const events = lines(stdout).map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(events.find(({ status }) => status === 'wait')).toMatchObject({
    level: 'warn',
    step: 'cosmos',
    code: 'EAI_AGAIN',
    attempt: 1,
    fix: expect.stringContaining('allow DNS'),
  })
  expect(events.at(-1)).toMatchObject({ status: 'done', exit: 0 })
})

test.for([
  { step: 'exchange', env: entra, how: 'refusal', exit: 23 },
  { step: 'exchange', env: entra, how: 'none', exit: 23 },
  { step: 'cosmos', env: cosmos, how: 'refusal', exit: 31 },
  { step: 'cosmos', env: cosmos, how: 'none', exit: 31 },
] as const)(
  'a DNS that never comes up ($how) ends "$step" at the deadline, with its name',
  async ({ step, env, how, exit }) => {
    const resolver = youngResolver(FOR_EVER, how)
    const { code, stdout } = await worker(
      chain.env({ ...env(), ...resolver, DEADLINE_SECONDS: '8' }),
    )
    expect(stdout).toMatch(new RegExp(`^./7 ${step} +FAIL  EAI_AGAIN  .*DNS does not answer$`, 'm'))
    expect(code).toBe(exit)
  },
)

test('who is silent after his name came up is not told as DNS', async () => {
  const env = { AZURE_AUTHORITY_HOST: byName(silentUrl()), DEADLINE_SECONDS: '10' }
  const { code, stdout } = await worker(chain.env({ ...env, ...youngResolver(2) }))
  expect(stdout).toMatch(/^3\/7 exchange +wait {2}EAI_AGAIN/m)
  expect(stdout).toMatch(/^3\/7 exchange +FAIL {2}ERR_DEADLINE {2}.*did not answer/m)
  expect(code).toBe(23)
})

test('a write that nobody answers is sent once', async () => {
  const env = { COSMOS_ENDPOINT: `${account.url}/`, DEADLINE_SECONDS: '8' }
  const { code, stdout } = await worker(chain.env(env))
  expect(stdout).toMatch(/^6\/7 write +FAIL {2}ERR_DEADLINE {2}/m)
  expect(creates).toBe(1)
  expect(code).toBe(31)
})

test.for(['once', 'interval'])('SIGTERM ends the wait for DNS in mode %s', async (mode) => {
  const health = { HEALTH_HOST: '127.0.0.1', HEALTH_PORT: String(await freePort()) }
  const running = startWorker(
    chain.env({ ...cosmos(), ...youngResolver(FOR_EVER), ...health, WORKER_MODE: mode }),
  )
  await running.said('attempt=2')
  running.child.kill('SIGTERM')
  const ended = await running.ended
  expectNothingSecret(ended)
  expect(ended.code).toBe(143)
})

test('a slow connection is not given up for an address of the other family', async () => {
  const said = `import { getDefaultAutoSelectFamilyAttemptTimeout as ms } from 'node:net'
    process.on('exit', () => process.stderr.write(String(ms())))`
  const { code, stderr } = await run([process.execPath, 'app/main.ts'], {
    env: chain.env(preload(said)),
  })
  // A packet that was lost is sent again after one second
  expect(Number(stderr)).toBeGreaterThan(1000)
  expect(code).toBe(0)
})
