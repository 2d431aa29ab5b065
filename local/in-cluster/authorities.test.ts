import { X509Certificate } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { openAuthority, validFrom } from '../tls.ts'
import { decodeAuthorities, encodeAuthorities, renewAuthorities, rootsOf } from './authorities.ts'
import type { Authorities } from './authorities.ts'

const START = Date.parse('2026-01-01T00:00:00Z')
const day = (days: number) => START + days * 24 * 3_600_000

let first: Authorities
let announced: Authorities
let promoted: Authorities

beforeAll(async () => {
  first = await renewAuthorities(undefined, START)
  announced = await renewAuthorities(first, day(31))
  promoted = await renewAuthorities(announced, day(61))
})

test('the first authority signs at once, for 90 days', () => {
  const { validToDate } = new X509Certificate(first.signing.cert)
  expect({ ...first, signing: validToDate.getTime() }).toEqual({ signing: day(90), retired: [] })
})

test('nothing happens in the first third, nor while the next one waits', async () => {
  expect(await renewAuthorities(first, day(29))).toBe(first)
  expect(await renewAuthorities(announced, day(59))).toBe(announced)
})

test('after a third the next one is published, and does not sign', () => {
  expect(announced.signing).toBe(first.signing)
  expect(announced.next).toBeDefined()
  expect(certificates(announced)).toBe(2)
})

test('after two thirds the next one signs, and the old one is trusted to its end', async () => {
  expect(promoted).toEqual({ signing: announced.next, retired: [first.signing.cert] })
  expect(certificates(promoted)).toBe(2)
  const later = await renewAuthorities(promoted, day(91))
  expect(rootsOf(later)).not.toContain(first.signing.cert.trim())
})

test('a certificate of either is good for whoever trusts the roots of the days between', async () => {
  const leaves = await Promise.all(
    [announced, promoted].map(async ({ signing }) => {
      const authority = await openAuthority(signing)
      return (await authority.issue(['a.example'], validFrom(day(61), 3_600_000))).cert
    }),
  )
  const roots = [announced.signing.cert, announced.next?.cert ?? '']
  for (const [index, leaf] of leaves.entries()) {
    const root = new X509Certificate(roots[index] ?? '')
    expect(new X509Certificate(leaf).verify(root.publicKey)).toBe(true)
    expect(rootsOf(announced)).toContain(root.toString().trim())
  }
})

test.for([
  { when: 'the next one is still good', days: 95, kept: () => announced, isNext: true },
  { when: 'none is good any more', days: 400, kept: () => announced, isNext: false },
])('a platform that was away until the root had ended: $when', async ({ days, kept, isNext }) => {
  const renewed = await renewAuthorities(kept(), day(days))
  expect(renewed.signing.cert === announced.next?.cert).toBe(isNext)
  expect(new X509Certificate(renewed.signing.cert).validToDate.getTime()).toBeGreaterThan(day(days))
  expect(renewed.retired).toEqual([])
})

test('what a Secret keeps comes back as it was', async () => {
  for (const authorities of [first, announced, promoted]) {
    const again = await decodeAuthorities(encodeAuthorities(authorities))
    expect(rootsOf(again ?? first)).toBe(rootsOf(authorities))
    expect(again).toMatchObject({ signing: authorities.signing })
  }
  expect(await decodeAuthorities({})).toBeUndefined()
})

test('a key of another authority is refused', async () => {
  const other = await renewAuthorities(undefined, START)
  const mixed = {
    ...encodeAuthorities(first),
    'tls.key': encodeAuthorities(other)['tls.key'] ?? '',
  }
  await expect(decodeAuthorities(mixed)).rejects.toThrow('does not belong to the certificate')
})

function certificates(authorities: Authorities): number {
  return rootsOf(authorities).match(/BEGIN CERTIFICATE/g)?.length ?? 0
}
