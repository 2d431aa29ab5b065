import { expect, test } from 'vitest'
import type { LogEvent } from './log.ts'
import { backoffMs, walk } from './retry.ts'
import { Stopped } from './run.ts'
import type { Run } from './run.ts'
import { silence } from './transport.ts'
import { WorkerError } from './worker-error.ts'
import type { Passing } from './worker-error.ts'

/** A run whose time passes only while it sleeps. */
function testRun(deadlineMs: number, stop = new AbortController()) {
  const events: LogEvent[] = []
  const sleeps: number[] = []
  let now = 0
  const run: Run = {
    settings: {
      endpoint: 'https://a/',
      database: 'd',
      container: 'c',
      documentName: 'n',
      schedule: { mode: 'once' },
      deadlineMs,
      pod: { uid: 'u' },
    },
    env: {},
    clock: {
      now: () => now,
      sleep: async (ms, signal) => {
        signal.throwIfAborted()
        sleeps.push(ms)
        now += ms
      },
    },
    random: () => 1,
    signal: stop.signal,
    log: (event) => events.push(event),
    deadlineAt: deadlineMs,
  }
  return { run, events, sleeps, stop }
}

const refused = (retry?: Passing) =>
  new WorkerError({
    code: '403/5302',
    exitCode: 32,
    what: 'no role',
    fix: 'grant it',
    ...(retry && { retry }),
  })

const noDns = () =>
  new WorkerError({
    code: 'EAI_AGAIN',
    exitCode: 31,
    what: 'no DNS',
    fix: 'allow it',
    retry: 'starting',
  })

test('a step that heals while it propagates succeeds, and shows the fix once', async () => {
  const { run, events, sleeps } = testRun(60_000)
  let calls = 0
  const value = await walk(run, 'write', () => {
    calls += 1
    if (calls < 4) throw refused('propagating')
    return { value: 'in', code: '201' }
  })
  expect(value).toBe('in')
  expect(sleeps).toEqual([1000, 2000, 4000])
  expect(events.map(({ status, code }) => [status, code])).toEqual([
    ['wait', '403/5302'],
    ['wait', '403/5302'],
    ['wait', '403/5302'],
    ['ok', '201'],
  ])
  expect(events.map(({ details }) => details?.length ?? 0)).toEqual([1, 0, 0, 0])
  expect(events[0]?.facts).toEqual({ attempt: 1, next_in: '1.0s', gives_up_in: '60.0s' })
})

test('the deadline ends the waiting with the last failure, in time', async () => {
  const { run, sleeps } = testRun(5000)
  const failing = walk(run, 'write', () => {
    throw refused('propagating')
  })
  await expect(failing).rejects.toMatchObject({ step: 'write', verdict: { code: '403/5302' } })
  expect(sleeps).toEqual([1000, 2000])
})

test('a last attempt cut off by the deadline ends with what was refused before', async () => {
  const { run } = testRun(5000)
  let calls = 0
  const failing = walk(run, 'write', () => {
    calls += 1
    throw calls === 1 ? refused('propagating') : new WorkerError(silence('Cosmos DB', 10))
  })
  await expect(failing).rejects.toMatchObject({ step: 'write', verdict: { code: '403/5302' } })
})

test.for([
  { when: 'an answer', first: refused('propagating'), ends: '403/5302' },
  { when: 'silence whose place is known', first: noDns(), ends: 'EAI_AGAIN' },
])('$when outlives the silence that ends the run', async ({ first, ends }) => {
  const { run } = testRun(5000)
  let calls = 0
  const failing = walk(run, 'write', () => {
    calls += 1
    if (calls === 1) throw first
    throw calls === 2 ? noDns() : new WorkerError(silence('Cosmos DB', 10))
  })
  await expect(failing).rejects.toMatchObject({ step: 'write', verdict: { code: ends } })
})

test('an answer after silence is the last word', async () => {
  const { run } = testRun(60_000)
  let calls = 0
  const failing = walk(run, 'write', () => {
    calls += 1
    throw calls === 1 ? noDns() : refused()
  })
  await expect(failing).rejects.toMatchObject({ verdict: { code: '403/5302' } })
})

test('what does not pass by itself is never tried again', async () => {
  const { run, sleeps } = testRun(60_000)
  const failing = walk(run, 'write', () => {
    throw refused()
  })
  await expect(failing).rejects.toMatchObject({ step: 'write' })
  expect(sleeps).toEqual([])
})

test('what is still starting is waited for and told as that', async () => {
  const { run, events } = testRun(60_000)
  let calls = 0
  await walk(run, 'exchange', () => {
    calls += 1
    if (calls === 1) throw refused('starting')
    return { value: undefined }
  })
  expect(events.map(({ message }) => message)).toEqual([
    'no role; perhaps still starting',
    undefined,
  ])
})

test('a stop wins over any failure', async () => {
  const { run, stop } = testRun(60_000)
  const failing = walk(run, 'write', () => {
    stop.abort(new Stopped('SIGTERM'))
    throw refused('propagating')
  })
  await expect(failing).rejects.toBeInstanceOf(Stopped)
})

test('an error nobody foresaw still says which step it was', async () => {
  const { run } = testRun(60_000)
  const failing = walk(run, 'cosmos', () => {
    throw new RangeError('deep')
  })
  await expect(failing).rejects.toMatchObject({ step: 'cosmos', verdict: { exitCode: 70 } })
})

test.for([
  { attempt: 1, from: 500, to: 1000 },
  { attempt: 3, from: 2000, to: 4000 },
  { attempt: 5, from: 5000, to: 10_000 },
  { attempt: 50, from: 5000, to: 10_000 },
])('attempt $attempt waits from $from to $to ms', ({ attempt, from, to }) => {
  expect([backoffMs(attempt, () => 0), backoffMs(attempt, () => 1)]).toEqual([from, to])
})
