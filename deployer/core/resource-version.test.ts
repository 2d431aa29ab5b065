import { expect, test } from 'vitest'
import { isNoNewer } from './resource-version.ts'

function version(resourceVersion: string, uid = '1') {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid, resourceVersion } }
}

test.for([
  { what: 'an earlier version', seen: version('9'), known: version('10'), is: true },
  { what: 'the very version', seen: version('10'), known: version('10'), is: true },
  { what: 'a later version', seen: version('11'), known: version('9'), is: false },
  { what: 'another incarnation', seen: version('1', '2'), known: version('9'), is: false },
  { what: 'a version that is no number', seen: version('a'), known: version('b'), is: false },
])('$what is no newer: $is', ({ seen, known, is }) => {
  expect(isNoNewer(seen, known)).toBe(is)
})
