import { expect, test } from 'vitest'
import { httpAttempt, initially, lengthen, probeEvent, probePort, verdict } from './probe.ts'
import type { Streak } from './probe.ts'

test.for([
  { attempts: 'f', verdicts: [undefined], because: 'one failure is not three' },
  { attempts: 'fff', verdicts: [undefined, undefined, 'failure'], because: 'three in a row are' },
  {
    attempts: 'ffsff',
    verdicts: [undefined, undefined, undefined, undefined, undefined],
    because: 'a success breaks the row',
  },
  {
    attempts: 'ss',
    verdicts: [undefined, 'success'],
    because: 'the success threshold is two here',
  },
  {
    attempts: 'ssfsfs',
    verdicts: [undefined, 'success', undefined, undefined, undefined, undefined],
    because: 'flapping proves nothing',
  },
])('$attempts: $because', ({ attempts, verdicts }) => {
  let streak: Streak | undefined
  const probe = { successThreshold: 2, failureThreshold: 3 }
  const seen = Array.from(attempts).map((letter) => {
    streak = lengthen(streak, letter === 's' ? { ok: true } : { ok: false, output: '' })
    return verdict(probe, streak)
  })
  expect(seen).toEqual(verdicts)
})

test('without thresholds one success and three failures count', () => {
  expect(verdict({}, { ok: true, length: 1 })).toBe('success')
  expect(verdict({}, { ok: false, length: 2 })).toBeUndefined()
  expect(verdict({}, { ok: false, length: 3 })).toBe('failure')
})

test('before any probe a container is alive, but neither ready nor started', () => {
  expect(initially('Liveness')).toBe(true)
  expect(initially('Readiness')).toBe(false)
  expect(initially('Startup')).toBe(false)
})

test.for([
  { status: 200, attempt: { ok: true } },
  { status: 399, attempt: { ok: true, warning: 'Probe terminated redirects, Response body: b' } },
  { status: 400, attempt: { ok: false, output: 'HTTP probe failed with statuscode: 400' } },
  { status: 503, attempt: { ok: false, output: 'HTTP probe failed with statuscode: 503' } },
])('the answer $status counts as $attempt', ({ status, attempt }) => {
  expect(httpAttempt(status, 'b')).toEqual(attempt)
})

test('a failure, an error and a doubt are told, a success is not', () => {
  expect(probeEvent('Readiness', { error: 'x' })).toEqual({
    reason: 'Unhealthy',
    message: 'Readiness probe errored and resulted in unknown state: x',
  })
  expect(probeEvent('Readiness', { ok: false, output: 'x' })).toEqual({
    reason: 'Unhealthy',
    message: 'Readiness probe failed: x',
  })
  expect(probeEvent('Liveness', { ok: true, warning: 'x' })).toEqual({
    reason: 'ProbeWarning',
    message: 'Liveness probe warning: x',
  })
  expect(probeEvent('Startup', { ok: true })).toBeUndefined()
})

test('a port may be named', () => {
  const ports = [{ name: 'health', containerPort: 8080 }]
  expect(probePort('health', { ports })).toBe(8080)
  expect(probePort(9090, { ports })).toBe(9090)
  expect(probePort('nope', { ports })).toBeUndefined()
})
