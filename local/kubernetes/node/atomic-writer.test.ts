import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeAtomically } from './atomic-writer.ts'
import type { VolumeFile } from './volumes.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-volume-'))
})
afterEach(() => rm(directory, { recursive: true }))

function files(content: Record<string, string>, mode = 0o644): Map<string, VolumeFile> {
  return new Map(
    Object.entries(content).map(([path, text]) => [path, { data: Buffer.from(text), mode }]),
  )
}

function read(path: string): Promise<string> {
  return readFile(join(directory, path), 'utf8')
}

test('files are seen through the data link, with their modes', async () => {
  await writeAtomically(directory, files({ token: 'T', 'sub/key': 'K' }, 0o600))
  expect(await read('token')).toBe('T')
  expect(await read('sub/key')).toBe('K')
  expect(await readlink(join(directory, 'token'))).toBe('..data/token')
  expect((await stat(join(directory, 'token'))).mode & 0o777).toBe(0o600)
})

test('a file without any permission is written all the same', async () => {
  await writeAtomically(directory, files({ a: '1' }, 0o000))
  expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0)
})

test('the same content again writes nothing', async () => {
  expect(await writeAtomically(directory, files({ a: '1' }))).toBe(true)
  const data = await readlink(join(directory, '..data'))
  expect(await writeAtomically(directory, files({ a: '1' }))).toBe(false)
  expect(await readlink(join(directory, '..data'))).toBe(data)
})

test('new content replaces the old, which is removed', async () => {
  await writeAtomically(directory, files({ a: '1', b: '2' }))
  expect(await writeAtomically(directory, files({ a: '3', c: '4' }))).toBe(true)
  expect(await read('a')).toBe('3')
  const names = await readdir(directory)
  expect(names.filter((name) => !name.startsWith('..')).toSorted()).toEqual(['a', 'c'])
  expect(names.filter((name) => name.startsWith('..'))).toHaveLength(2)
})

test('a changed mode alone is a change', async () => {
  await writeAtomically(directory, files({ a: '1' }, 0o644))
  expect(await writeAtomically(directory, files({ a: '1' }, 0o400))).toBe(true)
})

test('a reader never finds half a file while it is replaced', async () => {
  await writeAtomically(directory, files({ token: 'x'.repeat(10) }))
  const writing = new AbortController()
  const reader = (async () => {
    // Between finding the pointer and opening the file the old set may go: then a reader asks again.
    while (!writing.signal.aborted)
      expect(await read('token').catch(() => '0123456789')).toHaveLength(10)
  })()
  for (let round = 0; round < 50; round++) {
    await writeAtomically(directory, files({ token: String(round).padStart(10, '0') }))
  }
  writing.abort()
  await reader
})
