import { expect, test } from 'vitest'
import { createOutlet } from './outlet.ts'

test('what is said in one turn is one write, and two streams keep their order', async () => {
  const written: string[] = []
  const outlet = createOutlet(queueMicrotask)
  const out = outlet.through((text) => void written.push(`out ${text}`))
  const err = outlet.through((text) => void written.push(`err ${text}`))
  err('1')
  err('2')
  out('3')
  err('4')
  expect(written).toEqual([])
  await Promise.resolve()
  expect(written).toEqual(['err 12', 'out 3', 'err 4'])
})

test('what is held is written at once when the program must end', () => {
  const written: string[] = []
  const outlet = createOutlet(() => {})
  outlet.through((text) => void written.push(text))('last words')
  outlet.flush()
  outlet.flush()
  expect(written).toEqual(['last words'])
})
