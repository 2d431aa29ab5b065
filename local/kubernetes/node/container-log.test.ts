import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ContainerLog, readStored } from './container-log.ts'
import type { LogOptions } from './logs.ts'

const ALL: LogOptions = { follow: false, previous: false, timestamps: false }
let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-log-'))
})
afterEach(() => rm(directory, { recursive: true }))

function createLog(mostBytes?: number): ContainerLog {
  return new ContainerLog(
    join(directory, '0.log'),
    () => Date.parse('2026-11-23T10:00:00Z'),
    mostBytes,
  )
}

async function text(parts: AsyncIterable<string>): Promise<string> {
  let all = ''
  for await (const part of parts) all += part
  return all
}

test('both streams are stored in order, for the owner only', async () => {
  const log = createLog()
  log.write('stdout', Buffer.from('one\ntw'))
  log.write('stderr', Buffer.from('oops\n'))
  log.write('stdout', Buffer.from('o\n'))
  expect(await readFile(log.path, 'utf8')).toBe(
    [
      '2026-11-23T10:00:00.000000000Z stdout F one',
      '2026-11-23T10:00:00.000000000Z stderr F oops',
      '2026-11-23T10:00:00.000000000Z stdout F two\n',
    ].join('\n'),
  )
  expect((await stat(log.path)).mode & 0o777).toBe(0o600)
})

test('text without its newline is kept when the container ends', async () => {
  const log = createLog()
  log.write('stdout', Buffer.from('done'))
  log.end()
  expect(await text(log.read(ALL, AbortSignal.timeout(5000)))).toBe('done')
  expect(await text(readStored(log.path, { ...ALL, timestamps: true }))).toBe(
    '2026-11-23T10:00:00.000000000Z done',
  )
})

test('a follower sees what comes, until the container ends', async () => {
  const log = createLog()
  log.write('stdout', Buffer.from('1\n2\n'))
  const followed = text(log.read({ ...ALL, follow: true, tailLines: 1 }, AbortSignal.timeout(5000)))
  await new Promise((resolve) => setTimeout(resolve, 20))
  log.write('stderr', Buffer.from('3\n'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  log.write('stdout', Buffer.from('4\n'))
  log.end()
  expect(await followed).toBe('2\n3\n4\n')
})

test('a follower that goes away is let go', async () => {
  const log = createLog()
  const abort = new AbortController()
  const followed = text(log.read({ ...ALL, follow: true }, abort.signal))
  setTimeout(() => abort.abort(), 20)
  expect(await followed).toBe('')
})

test('above its bound the log is set aside; a follower misses nothing, a reader sees the new file', async () => {
  const log = createLog(400)
  const followed = text(log.read({ ...ALL, follow: true }, AbortSignal.timeout(5000)))
  await new Promise((resolve) => setTimeout(resolve, 20))
  for (let line = 10; line < 20; line++) {
    log.write('stdout', Buffer.from(`${line}\n`))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  log.end()
  expect(await followed).toBe('10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n')
  const shown = await text(log.read(ALL, AbortSignal.timeout(5000)))
  expect(shown).toMatch(/^(1\d\n)*19\n$/)
  expect(shown).not.toContain('10\n')
})

test('a byte limit cuts in the middle of a line', async () => {
  const log = createLog()
  log.write('stdout', Buffer.from('hello\nworld\n'))
  expect(await text(log.read({ ...ALL, limitBytes: 8 }, AbortSignal.timeout(5000)))).toBe(
    'hello\nwo',
  )
})

test('a container goes on when its log cannot be stored', async () => {
  const log = createLog()
  log.write('stdout', Buffer.from('one\n'))
  await rm(directory, { recursive: true })
  log.write('stdout', Buffer.from('two\nthr'))
  log.end()
  await mkdir(directory)
  log.write('stdout', Buffer.from('four\n'))
  expect(await readFile(log.path, 'utf8')).toContain('four')
})
