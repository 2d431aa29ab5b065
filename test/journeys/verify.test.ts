// The second identity: a person who signed in with the Azure CLI, whose program `az` is all that is put in place here.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ClientAssertionCredential } from '@azure/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { DECLARATION, startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'
import { run } from '../support/run.ts'
import type { Ended } from '../support/run.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await startTestPlatform()
  for (const args of [
    ['create', 'namespace', 'keyless-reader'],
    ['create', 'serviceaccount', 'reader', '--namespace', 'keyless-reader'],
  ]) {
    expect(await platform.kubectl(...args)).toMatchObject({ code: 0 })
  }
})
afterAll(() => platform.close())

/** An access token of the identity `reader`, by its own federated credential. */
async function readerToken(): Promise<string> {
  const reader = DECLARATION.directory.identities.find(({ name }) => name === 'reader')
  const assertion = async () => {
    const audience = 'api://AzureADTokenExchange'
    const args = ['reader', '--namespace', 'keyless-reader', '--audience', audience]
    return (await platform.kubectl('create', 'token', ...args)).stdout.trim()
  }
  const agent = new Agent({ ca: platform.certificateAuthority })
  const credential = new ClientAssertionCredential(
    DECLARATION.directory.tenantId,
    reader?.clientId ?? '',
    assertion,
    { authorityHost: platform.urls.entra, disableInstanceDiscovery: true, agent },
  )
  const { token } = await credential.getToken(`${new URL(platform.urls.cosmos).origin}/.default`)
  agent.destroy()
  return token
}

/** Runs `npm run verify` where `az` answers what it would to somebody with this token, or who never signed in. */
async function verify(
  token: string | undefined,
  environment = platform.environment,
  ...more: readonly string[]
): Promise<Ended> {
  const folder = join(platform.directory, token === undefined ? 'signed-out' : 'signed-in')
  await mkdir(folder, { recursive: true })
  const answer = JSON.stringify({ accessToken: token, expires_on: 4_102_444_800 })
  const script =
    token === undefined
      ? `echo "Please run 'az login' to setup account." >&2; exit 1`
      : `cat <<'END'\n${answer}\nEND`
  await writeFile(join(folder, 'az'), `#!/bin/sh\n${script}\n`, { mode: 0o700 })
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    NODE_EXTRA_CA_CERTS: join(platform.directory, 'ca.crt'),
  }
  const program = join('scripts', 'verify.ts')
  return run([process.execPath, program, '--env', environment, ...more], { env })
}

/** An environment of target aks. Nobody gets as far as the account. */
async function onAks(): Promise<string> {
  const document = parseDocument(await readFile(platform.environment, 'utf8'))
  document.set('target', 'aks')
  document.deleteIn(['cluster', 'kubeconfig'])
  document.delete('trustRoot')
  document.setIn(['cosmos', 'endpoint'], 'https://nobody.documents.azure.com:443/')
  document.set('image', 'registry.azurecr.io/worker:0.1.0')
  const file = join(platform.directory, 'aks.yaml')
  await writeFile(file, document.toString())
  return file
}

test('before the worker has run there is nothing to read, and it says so', async () => {
  const { code, stderr } = await verify(await readerToken())
  expect({ code, stderr }).toMatchObject({ code: 1 })
  expect(stderr).toContain('no item in https://')
})

test('what the worker wrote is read by somebody else', async () => {
  expect(await platform.deployer('deploy')).toMatchObject({ code: 0 })
  const { code, stdout, stderr } = await verify(await readerToken())
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(JSON.parse(stdout)).toMatchObject({ name: 'Ted Lasso', pod: { name: 'demo' } })
  expect(stdout).not.toContain('_rid')
  expect(stderr).toContain('read by you, without a key')
})

test('who has not signed in is told how', async () => {
  const { code, stderr } = await verify(undefined, await onAks())
  expect(code).toBe(1)
  expect(stderr).toContain('az login --tenant')
})

test('where nobody can sign in, nobody is told to', async () => {
  const { code, stderr } = await verify(undefined)
  expect(code).toBe(2)
  expect(stderr).toContain('nobody can sign in to an account of target local')
  expect(stderr).toContain('npm run demo')
  expect(stderr).not.toContain('az login --tenant')
})

test('an account that never answers is given up, and it says what to look at', async () => {
  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  const document = parseDocument(await readFile(platform.environment, 'utf8'))
  document.setIn(['cosmos', 'endpoint'], `https://127.0.0.1:${port}/`)
  const file = join(platform.directory, 'silent.yaml')
  await writeFile(file, document.toString())
  const { code, stderr } = await verify(await readerToken(), file, '--timeout', '1')
  silent.close()
  expect(stderr).toContain(`✗ https://127.0.0.1:${port}/ did not answer in 1 s`)
  expect(stderr).toContain('    hint  ')
  expect(code).toBe(1)
})

test('a time-out that is no number is a wrong usage', async () => {
  const { code, stderr } = await verify('', undefined, '--timeout', 'soon')
  expect(stderr).toContain('--timeout: expected a whole number of seconds from 1, got "soon"')
  expect(code).toBe(2)
})

test('an unknown environment is a wrong usage', async () => {
  const { code, stderr } = await run([process.execPath, 'scripts/verify.ts', '--env', 'nowhere'])
  expect(code).toBe(2)
  expect(stderr).toContain('no environment "nowhere"')
})
