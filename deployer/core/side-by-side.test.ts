import { expect, test } from 'vitest'
import { sideBySide } from './side-by-side.ts'

const long = 'line of a file\n'.repeat(40)

test('short values are shown whole, and what is not there is absent', () => {
  expect(sideBySide('Ted', { name: 'Roy' })).toEqual(['"Ted"', '{"name":"Roy"}'])
  expect(sideBySide(undefined, null)).toEqual(['absent', 'null'])
})

test('of long values the part around the first difference is shown', () => {
  const [before, after] = sideBySide(`${long}colour: green\n${long}`, `${long}colour: red\n${long}`)
  expect(before).toMatch(/^….{10,}colour: green.*…$/)
  expect(after).toMatch(/^….{10,}colour: red.*…$/)
  expect(before.length).toBeLessThanOrEqual(122)
})

test('a difference at the very end is shown, and so is what was only added there', () => {
  const [before, after] = sideBySide(long, `${long}port: 8080`)
  expect(before).toMatch(/^….*file\\n"$/)
  expect(after).toMatch(/^….*file\\nport: 8080"$/)
})

test('a long value that comes or goes as a whole shows its beginning', () => {
  const [before, after] = sideBySide(undefined, long)
  expect(before).toBe('absent')
  expect(after).toMatch(/^"line of a file.*[^"]…$/)
})

test('a short value beside a long one is whole', () => {
  const [before, after] = sideBySide('line of a file', long)
  expect(before).toBe('"line of a file"')
  expect(after).toMatch(/^"line of a file\\nline/)
})

test('sides that are alike, as masked ones may be, show their beginning', () => {
  expect(sideBySide(long, long)[0]).toMatch(/^"line of a file/)
})
