// The table of the deployer's exit codes is what it exits with.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exitCode } from '../../deployer/core/errors.ts'
import type { ErrorCode } from '../../deployer/core/errors.ts'

const section = readFileSync('docs/exit-codes.md', 'utf8').split('## Deployer')[1] ?? ''
const rows = [...section.matchAll(/^\| (\d+) \|(.*)$/gm)].map(([, code, text = '']) => ({
  code: Number(code),
  errors: text.match(/ERR_\w+/g) ?? [],
}))

test('each error stands in the row of its exit code', () => {
  const listed = rows.flatMap(({ code, errors }) => errors.map((error) => ({ error, code })))
  expect(listed.length).toBeGreaterThan(15)
  expect(listed).toEqual(listed.map(({ error }) => ({ error, code: exitCode(error as ErrorCode) })))
})

test('no error of the deployer is left out', () => {
  const source = readFileSync('deployer/core/errors.ts', 'utf8')
  const known = [...source.matchAll(/^ {2}(ERR_\w+): \d+/gm)].map(([, error]) => error)
  expect(new Set(rows.flatMap(({ errors }) => errors))).toEqual(new Set(known))
})
