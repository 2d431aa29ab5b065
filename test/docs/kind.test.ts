// What docs/kind.md says of the smoke test is so: options, chapters, codes, and the names of what it makes.
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tenantId } from '../../smoke/declared.ts'
import { OUR_NAMESPACES } from '../../smoke/names.ts'
import { parseKindArguments, parseSmokeArguments } from '../../smoke/options.ts'

const text = readFileSync('docs/kind.md', 'utf8')
const sources = globSync('smoke/**/*.ts', { exclude: ['**/*.test.ts'] }).map((file) =>
  readFileSync(file, 'utf8'),
)

test('its table of options is what the commands take', () => {
  const helps: string[] = []
  for (const parse of [parseSmokeArguments, parseKindArguments]) {
    parse(['--help'], {}, (said) => helps.push(said))
  }
  const taken = [...helps.join('').matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option)
  const table = section('Options').matchAll(/^\| (`--.*?) \|/gm)
  const told = [...table].flatMap(([, cell = '']) => cell.match(/--[a-z-]+/g) ?? [])
  expect(new Set(told)).toEqual(new Set(taken))
})

test('every chapter it tells of is one that is printed', () => {
  const rows = [...section('One command').matchAll(/^\| ([A-Z][^|]*?) \|.*\|.*\|$/gm)]
  expect(rows.length).toBeGreaterThan(8)
  const missing = rows.filter(([, chapter = '']) => !sources.some((one) => one.includes(chapter)))
  expect(missing.map(([row]) => row)).toEqual([])
})

test('it explains every code', () => {
  const codes = readFileSync('smoke/smoke-error.ts', 'utf8').match(/'ERR_\w+'/g) ?? []
  const told = section('When something is wrong')
  const missing = [...new Set(codes)].filter((code) => !told.includes(code.slice(1, -1)))
  expect(missing).toEqual([])
})

test('it names every namespace that is made', () => {
  for (const name of OUR_NAMESPACES) expect(text).toContain(`\`${name}\``)
})

test('the tenant it puts into the manifest of the webhook is that of the stand-ins', async () => {
  expect(section('The upstream webhook')).toContain(`s/\${AZURE_TENANT_ID}/${await tenantId()}/`)
})

function section(heading: string): string {
  const [, rest = ''] = text.split(`\n## ${heading}\n`)
  return rest.split('\n## ')[0] ?? ''
}
