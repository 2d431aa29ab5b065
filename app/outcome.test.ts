import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EXIT_CODES } from './exit-codes.ts'
import { readiness } from './health.ts'
import { failed, success, terminationMessage } from './outcome.ts'
import { Stopped } from './run.ts'
import { VERSION } from './version.ts'
import { WorkerError } from './worker-error.ts'

test('a failure is summed up by code and place, and its verdict by the fix', () => {
  const error = new WorkerError(
    { code: '403/5302', exitCode: 32, what: 'no role', fix: 'grant it' },
    { details: [['answer', 'blocked\nby Auth']] },
  )
  error.step = 'write'
  expect(failed(error)).toEqual({
    exitCode: 32,
    summary: '403/5302 at "write"',
    verdict: '403/5302 at "write": no role\nfix: grant it\nanswer: blocked by Auth',
  })
})

test.for([
  { by: 'SIGTERM', exitCode: 143 },
  { by: 'SIGINT', exitCode: 130 },
] as const)('$by ends with 128 and its number', ({ by, exitCode }) => {
  expect(failed(new Stopped(by))).toMatchObject({
    exitCode,
    summary: `stopped by ${by} before the document was written`,
  })
})

test('the termination message is the verdict', () => {
  expect(terminationMessage(success('1 document written', 'id-1'))).toBe(
    'exit 0: 1 document written, id id-1\n',
  )
})

test('a long verdict is cut to the 4096 bytes the kubelet keeps, between two characters', () => {
  const message = terminationMessage(success(`x${'ü'.repeat(5000)}`))
  expect(Buffer.byteLength(message)).toBe(4095)
  expect(message).toMatch(/^exit 0: xü+$/)
})

test.for([
  { when: 'nothing is written yet', age: undefined, ready: false },
  { when: 'the last write is three intervals old', age: 30_000, ready: true },
  { when: 'it is older', age: 30_001, ready: false },
])('$when: ready is $ready', ({ age, ready }) => {
  const lastWriteAt = age === undefined ? undefined : 100_000 - age
  expect(readiness({ lastWriteAt }, 10_000, 100_000).ready).toBe(ready)
})

test('docs/exit-codes.md tells every exit code of the worker, and no other', () => {
  const page = readFileSync('docs/exit-codes.md', 'utf8')
  const worker = /## Worker\n([^]*?)(\n## |$)/.exec(page)?.[1] ?? ''
  const rows = [...worker.matchAll(/^\| (\d+) \| ([^|]+) \|/gm)]
  expect(
    rows.map(([, code, meaning]) => ({ code: Number(code), meaning: meaning?.trim() })),
  ).toEqual(EXIT_CODES)
})

test('the version is the one of the package', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({ version: VERSION })
})
