import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyless-run-'))
  writeFileSync(join(folder, 'end.mjs'), 'process.kill(process.pid, process.argv[2])')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.for([
  { signal: 'SIGHUP', code: 129 },
  { signal: 'SIGINT', code: 130 },
  { signal: 'SIGKILL', code: 137 },
  { signal: 'SIGTERM', code: 143 },
])('a program that $signal ended ends with $code', ({ signal, code }) => {
  const file = relative('.', join(folder, 'end.mjs'))
  expect(spawnSync(process.execPath, ['scripts/run.mjs', file, signal]).status).toBe(code)
})
