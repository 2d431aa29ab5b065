import { expect, test } from 'vitest'
import { goDuration, heldUntil, raise } from './back-off.ts'
import type { BackOff } from './back-off.ts'
import type { RestartPolicy } from './pod.ts'
import { initPolicy, restartDecision } from './restart.ts'

const limits = { firstMs: 10_000, longestMs: 300_000 }
const NOW = 1_000_000

test.for<{
  readonly policy: RestartPolicy
  readonly exitCode?: number
  readonly endedMsAgo?: number
  readonly backOff?: BackOff
  readonly decision: object
  readonly because: string
}>([
  { policy: 'Never', decision: { action: 'start' }, because: 'it never ran' },
  { policy: 'Never', exitCode: 1, decision: { action: 'done' }, because: 'one run is all' },
  { policy: 'OnFailure', exitCode: 0, decision: { action: 'done' }, because: 'it ended well' },
  {
    policy: 'OnFailure',
    exitCode: 1,
    decision: { action: 'start' },
    because: 'the first restart is immediate',
  },
  { policy: 'Always', exitCode: 0, decision: { action: 'start' }, because: 'Always is always' },
  {
    policy: 'Always',
    exitCode: 1,
    endedMsAgo: 4_000,
    backOff: { delayMs: 10_000, since: NOW - 5_000 },
    decision: { action: 'hold', until: NOW + 6_000, delay: '10s' },
    because: 'it counts from its end',
  },
  {
    policy: 'Always',
    exitCode: 1,
    endedMsAgo: 10_000,
    backOff: { delayMs: 10_000, since: NOW - 11_000 },
    decision: { action: 'start' },
    because: 'the delay is over',
  },
  {
    policy: 'Always',
    exitCode: 1,
    endedMsAgo: 1,
    backOff: { delayMs: 300_000, since: NOW - 600_002 },
    decision: { action: 'start' },
    because: 'it ran well for ten minutes',
  },
])('$policy after exit $exitCode: $because', ({ policy, exitCode, endedMsAgo, ...row }) => {
  const ended =
    exitCode === undefined ? undefined : { exitCode, finishedAt: NOW - (endedMsAgo ?? 0) }
  const given = { backOff: row.backOff, limits, now: NOW }
  expect(restartDecision(policy, ended, given)).toEqual(row.decision)
})

test('the delay doubles from ten seconds to five minutes and then stays', () => {
  const delays: number[] = []
  let backOff: BackOff | undefined
  for (let round = 0; round < 8; round++) {
    backOff = raise(backOff, limits, { at: NOW, now: NOW })
    delays.push(backOff.delayMs / 1000)
  }
  expect(delays).toEqual([10, 20, 40, 80, 160, 300, 300, 300])
})

test('the delay begins anew after ten quiet minutes', () => {
  const old = { delayMs: 300_000, since: NOW }
  expect(raise(old, limits, { at: NOW + 600_000, now: NOW }).delayMs).toBe(300_000)
  expect(raise(old, limits, { at: NOW + 600_001, now: NOW }).delayMs).toBe(10_000)
  expect(heldUntil(old, limits, { at: NOW + 600_001, now: NOW + 600_001 })).toBeUndefined()
})

test.for([
  { ms: 0, text: '0s' },
  { ms: 50, text: '50ms' },
  { ms: 10_000, text: '10s' },
  { ms: 1_500, text: '1.5s' },
  { ms: 80_000, text: '1m20s' },
  { ms: 300_000, text: '5m0s' },
])('$ms ms is $text', ({ ms, text }) => {
  expect(goDuration(ms)).toBe(text)
})

test('an init container is not started again after it ended well', () => {
  expect(initPolicy('Always')).toBe('OnFailure')
  expect(initPolicy('Never')).toBe('Never')
})
