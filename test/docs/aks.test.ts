// What docs/aks.md says of this project is so: commands, files, keys, codes, roles and the difference to kind.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { parseEnvironment } from '../../deployer/core/parse-environment.ts'
import { DECLARATION } from '../support/platform.ts'

const text = readFileSync('docs/aks.md', 'utf8')
const template = readFileSync('manifests/environments/aks.yaml', 'utf8')
const exitCodes = readFileSync('docs/exit-codes.md', 'utf8')

test('its steps are numbered from 1 without a gap, and a step that is referred to is there', () => {
  const steps = [...text.matchAll(/^## (\d+)\. /gm)].map(([, number]) => Number(number))
  expect(steps).toEqual(steps.map((_, index) => index + 1))
  const named = [...text.matchAll(/steps? (\d+)/g)].map(([, number]) => Number(number))
  expect(named.filter((number) => !steps.includes(number))).toEqual([])
})

test('the file it prints is an environment for AKS, and sets all that is a placeholder in ours', () => {
  const printed = /cat <<END\n([\s\S]*?)END/.exec(text)?.[1] ?? ''
  const values: readonly (readonly [RegExp, string])[] = [
    [/\$\(az identity show .*\)/, '11111111-2222-4333-8444-555555555555'],
    [/\$\(az account show .*\)/, '66666666-7777-4888-9999-000000000000'],
    [/\$\(az cosmosdb show .*\)/, 'https://keyless-1a2b3c.documents.azure.com:443/'],
    [/\$SERVER/, 'keyless1a2b3c.azurecr.io'],
    [/\$DIGEST/, `sha256:${'0'.repeat(64)}`],
  ]
  const filled = values
    .reduce((file, [command, value]) => file.replace(command, value), printed)
    .replaceAll(/\$([A-Z]+)/g, (_, name: string) => exported(name) ?? `<${name}>`)
  const environment = parseEnvironment({ name: 'aks.yaml', text: filled }, 'aks')
  expect(environment).toMatchObject({ target: 'aks', namespace: exported('NAMESPACE') })
  const missing = [...template.matchAll(/^ *(\w+): <[\w ]+>$/gm)].map(([, key]) => key)
  expect(missing.length).toBeGreaterThan(0)
  expect(missing.filter((key) => !new RegExp(`^ *${key}: `, 'm').test(printed))).toEqual([])
})

test('names it exports are those of the environment file', () => {
  const document = parseDocument(template)
  expect(exported('NAMESPACE')).toBe(document.getIn(['namespace']))
  expect(exported('DATABASE')).toBe(document.getIn(['cosmos', 'database']))
  expect(exported('CONTAINER')).toBe(document.getIn(['cosmos', 'container']))
})

function exported(name: string): string | undefined {
  return new RegExp(`\\b${name}=(\\S+)`).exec(text)?.[1]
}

test('every variable that a command uses has been exported before', () => {
  const known = new Set<string>()
  const early: string[] = []
  for (const line of text.split('\n')) {
    for (const [, name = ''] of line.matchAll(/\$([A-Z]{2,})\b/g)) {
      if (!known.has(name) && !line.includes(`${name}=`)) early.push(`${name}: ${line}`)
    }
    if (!line.startsWith('export ')) continue
    for (const [, name = ''] of line.matchAll(/\b([A-Z]+)=/g)) known.add(name)
  }
  expect(early).toEqual([])
})

test('the worker gets the same data actions as on the local platform', () => {
  const declared = readFileSync('local/platform.yaml', 'utf8')
  expect(actions(text.slice(text.indexOf('## 6.'), text.indexOf('## 7.')))).toEqual(
    actions(declared),
  )
  expect(DECLARATION.directory.identities.map(({ name }) => name)).toContain('worker')
})

function actions(source: string): ReadonlySet<string> {
  return new Set(source.match(/Microsoft\.DocumentDB\/databaseAccounts\/[\w/*]+(?=["\s])/g))
}

test('every exit code it explains is one of the table, and the codes of Entra stand by the right one', () => {
  const rows = [...text.matchAll(/^\| exit (\d+)[^|]*\|/gm)]
  expect(rows.length).toBeGreaterThan(12)
  for (const [row, code] of rows) {
    const entry = new RegExp(`^\\| ${code} \\|.*$`, 'm').exec(exitCodes)?.[0]
    expect(entry, `exit ${code}`).toBeDefined()
    for (const [, number = ''] of row.matchAll(/AADSTS(\d+)/g)) expect(entry).toContain(number)
  }
})
