import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChain } from './chain.ts'
import type { Chain } from './chain.ts'
import { expectNothingSecret, startWorker } from './worker.ts'
import type { Running } from '../support/run.ts'

let chain: Chain
const hanging = createServer()
let hangingUrl = ''
beforeAll(async () => {
  chain = await startChain()
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
  hangingUrl = `https://127.0.0.1:${(hanging.address() as AddressInfo).port}/`
})
afterAll(async () => {
  hanging.close()
  await chain.close()
})

/** Sends the signal; what the worker waits for then never comes, so that its end is due to the signal. */
async function stop(running: Running, signal: 'SIGTERM' | 'SIGINT') {
  running.child.kill(signal)
  const ended = await running.ended
  expectNothingSecret(ended)
  return ended
}

test.for([
  { signal: 'SIGTERM', exit: 143 },
  { signal: 'SIGINT', exit: 130 },
] as const)('$signal during the exchange ends it with $exit', async (row) => {
  const running = startWorker(
    chain.env({ AZURE_AUTHORITY_HOST: hangingUrl, DEADLINE_SECONDS: '30' }),
  )
  await running.said('2/7 pod token')
  await sleep(200)
  const { code, stdout } = await stop(running, row.signal)
  expect(stdout).toMatch(
    new RegExp(
      `^FAIL  stopped by ${row.signal} before the document was written .*exit=${row.exit}$`,
      'm',
    ),
  )
  expect(code).toBe(row.exit)
})

test('SIGTERM while a role is awaited ends the waiting', async () => {
  const running = startWorker(
    chain.env({
      DEADLINE_SECONDS: '30',
      AZURE_FEDERATED_TOKEN_FILE: await chain.tokenFile({ sub: 'system:serviceaccount:a:b' }),
    }),
  )
  await running.said('attempt=2')
  expect((await stop(running, 'SIGTERM')).code).toBe(143)
})

test('SIGTERM while Cosmos DB is silent ends the call', async () => {
  const running = startWorker(chain.env({ COSMOS_ENDPOINT: hangingUrl, DEADLINE_SECONDS: '30' }))
  await running.said('4/7 entra token')
  await sleep(200)
  expect((await stop(running, 'SIGTERM')).code).toBe(143)
})

test('what nobody waits for is told in the format that was asked for, with 70', async () => {
  const stray = `setTimeout(() => { throw new Error('stray, sig=secret') }, 700)`
  const running = startWorker(
    chain.env({
      AZURE_AUTHORITY_HOST: hangingUrl,
      DEADLINE_SECONDS: '30',
      LOG_FORMAT: 'json',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(stray)}`,
    }),
  )
  const ended = await running.ended
  expectNothingSecret(ended)
  const lines = ended.stdout.trimEnd().split('\n')
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    level: 'error',
    code: 'ERR_BUG',
    error: 'Error: stray, sig=[hidden]',
    exit: 70,
  })
  expect(ended.code).toBe(70)
})
