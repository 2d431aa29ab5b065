import { expect, test } from 'vitest'
import { documentOf, uuidV5 } from './document.ts'

const POD = { uid: '8f0e1d2c-0000-4000-8000-000000000001', name: 'demo' }
const NOW = Date.parse('2026-11-23T12:00:00Z')

test('version 5 as the standard computes it', () => {
  // RFC 9562, appendix A.4
  expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  )
})

test('the same pod and sequence make the same id at any time', () => {
  const first = documentOf({ name: 'Ted Lasso', pod: POD }, 0, NOW)
  const restarted = documentOf({ name: 'Roy Kent', pod: POD }, 0, NOW + 1)
  expect(restarted.id).toBe(first.id)
  expect(first).toEqual({
    id: first.id,
    partitionKey: POD.uid,
    name: 'Ted Lasso',
    writtenAt: '2026-11-23T12:00:00.000Z',
    sequence: 0,
    pod: POD,
  })
})

test('another sequence or another pod makes another id', () => {
  const ids = [
    documentOf({ name: 'x', pod: POD }, 0, NOW),
    documentOf({ name: 'x', pod: POD }, 1, NOW),
    documentOf({ name: 'x', pod: { uid: `${POD.uid}/1` } }, 0, NOW),
  ].map(({ id }) => id)
  expect(new Set(ids).size).toBe(3)
})
