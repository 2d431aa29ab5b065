import { expect, test } from 'vitest'
import type { Probe } from './pod.ts'
import type { Attempt } from './probe.ts'
import { runProbe } from './prober.ts'

/** The first attempt. */
async function attemptOf(probe: Probe): Promise<Attempt> {
  const stop = new AbortController()
  const { promise, resolve } = Promise.withResolvers<Attempt>()
  const onAttempt = (attempt: Attempt) => {
    stop.abort()
    resolve(attempt)
  }
  const container = { name: 'c', image: 'i' }
  const given = { container, address: '127.0.0.1', execute: async () => 'timeout' as const }
  const handlers = { onAttempt, onVerdict: () => {} }
  await runProbe('Readiness', probe, given, handlers, stop.signal)
  return promise
}

test('a header that cannot be sent makes a probe fail, and nothing else', async () => {
  const httpHeaders = [{ name: 'X-Text', value: 'two\nlines' }]
  expect(await attemptOf({ httpGet: { port: 1, httpHeaders } })).toEqual({
    ok: false,
    output: 'Get "http://127.0.0.1:1/": net/http: invalid header field value for "X-Text"',
  })
})

test('a host that is none leaves open how the container is', async () => {
  expect(await attemptOf({ httpGet: { port: 1, host: 'no host' } })).toHaveProperty('error')
})
