import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tarEntries } from './tar.ts'

const root = mkdtempSync(join(tmpdir(), 'keyless-tar-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const LONG = `long/${'x'.repeat(90)}/${'y'.repeat(90)}`

test.for(['gnu', 'posix', 'ustar'])(
  'an archive of format %s is read with its long names',
  (format) => {
    mkdirSync(join(root, LONG), { recursive: true })
    for (const path of ['app.txt', `${LONG}/é.txt`]) {
      writeFileSync(join(root, path), 'twelve bytes')
      chmodSync(join(root, path), 0o640)
      utimesSync(join(root, path), 1_000, 1_000)
    }
    rmSync(join(root, 'link'), { force: true })
    symlinkSync('app.txt', join(root, 'link'))
    const archive = execFileSync('tar', [`--format=${format}`, '--owner=7', '-C', root, '-c', '.'])
    const entries = tarEntries(archive)
    const file = { type: 'file', bytes: 12, mode: 0o640, uid: 7, modifiedAt: 1_000 }
    expect(entries).toContainEqual({ ...file, path: 'app.txt' })
    expect(entries).toContainEqual({ ...file, path: `${LONG}/é.txt` })
    expect(entries).toContainEqual(expect.objectContaining({ type: 'folder', path: LONG }))
    expect(entries).toContainEqual(expect.objectContaining({ type: 'link', path: 'link' }))
  },
)
