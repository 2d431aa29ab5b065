import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readDeclaration } from '../declaration.ts'
import { readClusterDeclaration } from './declaration.ts'

let directory: string
let deployed: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-declaration-'))
  const manifest = await readFile(join('manifests', 'platform', '40-config-map.yaml'), 'utf8')
  deployed =
    (parse(manifest) as { readonly data: Record<string, string> }).data['platform.yaml'] ?? ''
})

afterAll(() => rm(directory, { recursive: true }))

async function read(change: (text: string) => string) {
  const file = join(directory, 'platform.yaml')
  await writeFile(file, change(deployed))
  return readClusterDeclaration(file)
}

test('the deployed declaration is the local one, with the cluster’s own issuer', async () => {
  const { directory, account, issuer } = readDeclaration(join('local', 'platform.yaml'))
  const declaration = await read((text) => text)
  expect(declaration.cloudFor(issuer)).toEqual({ directory, account })
  expect(declaration).toMatchObject({ store: 'embedded' })
  expect(declaration).not.toHaveProperty('issuer')
})

test('a credential’s own issuer stays', async () => {
  const declaration = await read((text) =>
    text.replace(
      'subject: ',
      'issuer: https://token.actions.githubusercontent.com\n        subject: ',
    ),
  )
  const [worker, reader] = declaration.cloudFor('https://cluster').directory.identities
  expect(worker?.federatedCredentials[0]?.issuer).toBe(
    'https://token.actions.githubusercontent.com',
  )
  expect(reader?.federatedCredentials[0]?.issuer).toBe('https://cluster')
})

test.for([
  { store: 'http://emulator:8081', href: 'http://emulator:8081/' },
  {
    store: 'https://emulator.keyless-platform.svc.cluster.local:8081/',
    href: 'https://emulator.keyless-platform.svc.cluster.local:8081/',
  },
])('the store may be $store', async ({ store, href }) => {
  const declaration = await read((text) => text.replace('store: embedded', `store: ${store}`))
  expect(String(declaration.store)).toBe(href)
})

test.for([
  { store: 'emulator' },
  { store: 'ftp://emulator:8081' },
  { store: 'http://emulator:8081/path' },
  { store: 'http://user:word@emulator:8081' },
])('the store may not be $store', async ({ store }) => {
  const reading = read((text) => text.replace('store: embedded', `store: ${store}`))
  await expect(reading).rejects.toThrow(/store: expected embedded, or/)
})

test('every problem is told at once', async () => {
  const reading = read((text) =>
    text
      .replace('name: keyless-cosmos-worker', 'name: a')
      .replace('role: Keyless item writer', 'role: Writer')
      .replace('audience: api://AzureADTokenExchange', "audience: ''"),
  )
  await expect(reading).rejects.toThrow(
    /roleAssignments\.1\.role: "Writer".*name: expected 3 to 120 letters.*audience: expected a value/,
  )
})
