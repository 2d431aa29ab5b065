import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseEnvironment } from './parse-environment.ts'
import { objectOf, parseManifests } from './manifests.ts'
import { at, textAt } from './object.ts'
import { renderHealer } from './render-healer.ts'

const FOLDER = join('manifests', 'heal')
const MANIFESTS = parseManifests(
  readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') })),
)

function environment(change: (text: string) => string = (text) => text) {
  const text = readFileSync(join('manifests', 'environments', 'local.yaml'), 'utf8')
  return parseEnvironment({ name: 'test.yaml', text: change(text) }, 'test')
}

function rendered(kind: string, from = environment()) {
  return renderHealer(MANIFESTS, from)
    .map(objectOf)
    .find((object) => object.kind === kind)
}

test('the healer reads the same environment, with the context of its own cluster', () => {
  const text = textAt(rendered('ConfigMap'), 'data', 'test.yaml') ?? ''
  const { name: _, ...same } = environment()
  expect(parse(text)).toEqual({
    ...same,
    cluster: { context: 'in-cluster' },
    trustRoot: { caFile: '/etc/keyless-cosmos/trust/ca.crt' },
  })
})

test('its argument names that file, so that it renders the same set', () => {
  const args = at(rendered('Deployment'), 'spec', 'template', 'spec', 'containers', 0, 'args')
  expect(args).toEqual(['heal', '--env', '/etc/keyless-cosmos/heal/test.yaml'])
})

test('without a trust root none is mounted', () => {
  const aks = environment((text) => text.replace(/trustRoot:\n.*$/m, ''))
  expect(JSON.stringify(rendered('Deployment'))).toContain('trust-root')
  expect(JSON.stringify(rendered('Deployment', aks))).not.toContain('trust-root')
})

test('its image is the one of the environment, if that names one', () => {
  const own = environment((text) => `${text}\nhealImage: registry.example/deployer:1.0.0\n`)
  expect(JSON.stringify(rendered('Deployment'))).toContain('keyless-cosmos/deployer:0.1.0')
  expect(JSON.stringify(rendered('Deployment', own))).toContain('registry.example/deployer:1.0.0')
})

test('on a cluster elsewhere its image must be one that can be pulled', () => {
  const { trustRoot: _, ...aks } = { ...environment(), target: 'aks' as const }
  expect(() => renderHealer(MANIFESTS, aks)).toThrow(
    'healImage: expected an image the cluster can pull',
  )
})

test('its Role reads no secret and grants nothing', () => {
  const rules = JSON.stringify(rendered('Role')?.['rules'])
  expect(rules).not.toMatch(/secrets|roles|escalate|bind|impersonate|\*/)
})
