import { expect, test } from 'vitest'
import { claimedLease, leaseStep } from './lease.ts'

const NOW = Date.parse('2026-01-02T03:04:05.678Z')
const CLAIM = { namespace: 'ns', name: 'heal', holder: 'a', durationSeconds: 15 }

test.for([
  { when: 'there is none', seen: undefined, step: 'create' },
  { when: 'we hold it', seen: { holder: 'a', ageMs: 60_000 }, step: 'renew' },
  { when: 'it was released', seen: { holder: undefined, ageMs: 0 }, step: 'take' },
  { when: 'another renewed it just now', seen: { holder: 'b', ageMs: 0 }, step: 'wait' },
  { when: 'another may still renew it', seen: { holder: 'b', ageMs: 15_000 }, step: 'wait' },
  { when: 'another let it expire', seen: { holder: 'b', ageMs: 15_001 }, step: 'take' },
])('$step when $when', ({ seen, step }) => {
  const observed = seen && {
    lease: claimedLease(undefined, { ...CLAIM, holder: seen.holder }, NOW),
    sinceMs: NOW - seen.ageMs,
  }
  expect(leaseStep(observed, 'a', NOW)).toBe(step)
})

test('times have the microseconds the API asks for', () => {
  const lease = claimedLease(undefined, CLAIM, NOW)
  expect(lease['spec']).toMatchObject({ renewTime: '2026-01-02T03:04:05.678000Z' })
})

test('a renewal keeps when it was acquired, a new holder counts as a transition', () => {
  const first = claimedLease(undefined, CLAIM, NOW)
  expect(claimedLease(first, CLAIM, NOW + 1_000)['spec']).toMatchObject({
    acquireTime: '2026-01-02T03:04:05.678000Z',
    renewTime: '2026-01-02T03:04:06.678000Z',
    leaseTransitions: 0,
  })
  const taken = claimedLease(first, { ...CLAIM, holder: 'b' }, NOW)
  expect(taken['spec']).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
})

test('a released lease names nobody', () => {
  const released = claimedLease(
    claimedLease(undefined, CLAIM, NOW),
    { ...CLAIM, holder: undefined },
    NOW,
  )
  expect(released['spec']).not.toHaveProperty('holderIdentity')
})
