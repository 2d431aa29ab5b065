import { createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startChain } from './chain.ts'
import type { Chain } from './chain.ts'
import { freePort } from './free-port.ts'
import { expectNothingSecret, startWorker, worker } from './worker.ts'
import type { Running } from '../support/run.ts'

let chain: Chain
beforeAll(async () => {
  chain = await startChain()
})
afterEach(() => chain.heal())
afterAll(() => chain.close())

async function interval(more: Readonly<Record<string, string>> = {}) {
  const port = await freePort()
  const env = chain.env({
    WORKER_MODE: 'interval',
    WRITE_INTERVAL_SECONDS: '1',
    DEADLINE_SECONDS: '10',
    HEALTH_HOST: '127.0.0.1',
    HEALTH_PORT: String(port),
    ...more,
  })
  return { env, url: `http://127.0.0.1:${port}` }
}

const NOT_READY = /^(no document written yet|last document written \d+ s ago)\n$/

async function ask(url: string, init: RequestInit = {}) {
  const response = await fetch(url, { ...init, headers: { connection: 'close' } })
  return { status: response.status, text: await response.text() }
}

/** Asks until readiness is as wanted; the test's own time-out is the bound. */
async function until(url: string, status: number): Promise<string> {
  for (;;) {
    const answer = await ask(`${url}/readyz`)
    if (answer.status === status) return answer.text
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function stop(running: Running) {
  running.child.kill('SIGTERM')
  const ended = await running.ended
  expectNothingSecret(ended)
  return ended
}

test('it writes one document per interval, answers probes, and ends with 0 on SIGTERM', async () => {
  const { env, url } = await interval()
  const running = startWorker(env)
  await running.said('7/7 read back')
  expect(await until(url, 200)).toMatch(/^last document written \d s ago\n$/)
  expect(await ask(`${url}/healthz`)).toEqual({ status: 200, text: 'ok\n' })
  expect(await ask(`${url}/healthz`, { method: 'HEAD' })).toEqual({ status: 200, text: '' })
  expect((await ask(`${url}/metrics`)).status).toBe(404)
  expect((await ask(`${url}/readyz`, { method: 'POST' })).status).toBe(405)
  await running.said('201  id=', 2)
  const { code, stdout } = await stop(running)
  const ids = [...stdout.matchAll(/201 {2}id=(\S+)/g)].map(([, id]) => id)
  expect(ids.length).toBeGreaterThan(1)
  expect(new Set(ids).size).toBe(ids.length)
  expect(stdout).toMatch(
    new RegExp(`^DONE  stopped after ${ids.length} documents written without a key .*exit=0$`, 'm'),
  )
  expect(code).toBe(0)
})

test('a container restarted in the same interval finds its document', async () => {
  const { env } = await interval({ WRITE_INTERVAL_SECONDS: '86400' })
  for (const found of ['201', '409  already written by an earlier start']) {
    const running = startWorker(env)
    await running.said('7/7 read back')
    expect((await stop(running)).stdout).toContain(`6/7 write        ok    ${found}`)
  }
})

test('a lost role ends readiness but neither liveness nor the worker, and heals', async () => {
  const { env, url } = await interval()
  const running = startWorker(env)
  await running.said('7/7 read back')
  chain.account = { ...chain.account, roleAssignments: [] }
  await running.said('FAIL  403/5302')
  expect(await until(url, 503)).toMatch(NOT_READY)
  expect((await ask(`${url}/healthz`)).status).toBe(200)
  chain.heal()
  await until(url, 200)
  expect((await stop(running)).code).toBe(0)
})

test('a refusal before the first document ends the process with its verdict', async () => {
  const { env } = await interval()
  chain.account = { ...chain.account, roleAssignments: [] }
  const { code, stdout } = await worker(env)
  expect(stdout).toContain('FAIL  403/5301 at "cosmos"')
  expect(code).toBe(32)
})

test('a health port that is taken is a wrong setting', async () => {
  const { env, url } = await interval()
  const taken = createServer()
  await new Promise<void>((resolve) =>
    taken.listen(Number(new URL(url).port), '127.0.0.1', resolve),
  )
  const { code, stdout } = await worker(env)
  taken.close()
  expect(stdout).toMatch(/problem {3}HEALTH_PORT \d+ cannot be had \(EADDRINUSE\)/)
  expect(code).toBe(2)
})
