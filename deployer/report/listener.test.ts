import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { writeWhileRead } from './listener.ts'

function failing(code: string) {
  const written: string[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      written.push(chunk.toString())
      done(written.length > 1 ? Object.assign(new Error(code), { code }) : null)
    },
  })
  return { stream, written }
}

test('after the reader has gone nothing is written any more, and it is told once', async () => {
  const { stream, written } = failing('EPIPE')
  let told = 0
  const write = writeWhileRead(stream, () => (told += 1))
  for (const text of ['a', 'b', 'c', 'd']) {
    write(text)
    await new Promise(setImmediate)
  }
  expect({ told, written }).toEqual({ told: 1, written: ['a', 'b'] })
})
