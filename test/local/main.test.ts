// `npm run local` as a user meets it: what it says, how it refuses, how it stops.
import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run, start } from '../support/run.ts'

const PROGRAM = join('local', 'main.ts')
const DECLARATION = join('local', 'platform.yaml')

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-local-'))
})

afterAll(() => rm(directory, { recursive: true, force: true }))

test('says what is up and how to use it, keeps its secrets to itself, and stops at a signal', async () => {
  const own = join(directory, 'up')
  const platform = start([process.execPath, PROGRAM, '--any-port', '--directory', own])
  await platform.said('Ctrl-C stops everything')
  const modes = await Promise.all(
    ['kubeconfig', 'ca.crt'].map(async (name) => (await stat(join(own, name))).mode & 0o777),
  )
  expect(modes).toEqual([0o600, 0o600])
  platform.child.kill('SIGTERM')
  const { code, stdout, stderr } = await platform.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '• Stopping\n✓ Stopped\n' })
  expect(stdout).toMatch(/Kubernetes +https:\/\/127\.0\.0\.1:\d+ +context keyless-local/)
  expect(stdout).toContain(`export KUBECONFIG=${join(own, 'kubeconfig')}`)
  const token = /token: (\S+)/.exec(await readFile(join(own, 'kubeconfig'), 'utf8'))?.[1]
  expect(token).toMatch(/^[\w-]{40,}$/)
  expect(stdout).not.toContain(token)
})

test('the directory of a running platform is not taken over, and one that was left behind is', async () => {
  const own = join(directory, 'shared')
  const first = start([process.execPath, PROGRAM, '--any-port', '--directory', own])
  await first.said('Ctrl-C stops everything')
  const kubeconfig = await readFile(join(own, 'kubeconfig'), 'utf8')
  const server = /server: (\S+)/.exec(kubeconfig)?.[1] ?? ''
  const second = await run([process.execPath, PROGRAM, '--any-port', '--directory', own])
  expect(second).toMatchObject({ code: 1, stdout: '' })
  expect(second.stderr).toContain(`holds the files of the platform that runs at ${server};`)
  expect(second.stderr).toContain('--any-port --directory DIR')
  expect(second.stderr.trimEnd()).toMatch(/ERR_DIRECTORY$/)
  expect(await readFile(join(own, 'kubeconfig'), 'utf8')).toBe(kubeconfig)

  first.child.kill('SIGKILL')
  await first.ended
  const third = start([process.execPath, PROGRAM, '--any-port', '--directory', own])
  await third.said('Ctrl-C stops everything')
  third.child.kill('SIGTERM')
  expect(await third.ended).toMatchObject({ code: 0 })
})

test('a port that is taken is named, and nothing is left running', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    holder.once('listening', resolve)
  })
  const { port } = holder.address() as AddressInfo
  const declaration = await changed(/cosmos: 18081/, `cosmos: ${port}`)
  const free = await changedFile(
    declaration,
    /kubernetes: 16443\n {2}entra: 16444/,
    'kubernetes: 0\n  entra: 0',
  )
  const { code, stderr } = await run([
    process.execPath,
    PROGRAM,
    '--file',
    free,
    '--directory',
    join(directory, 'taken'),
  ])
  holder.close()
  expect(code).toBe(1)
  expect(stderr).toContain(`Cosmos DB: port ${port} on 127.0.0.1 is taken by another program`)
  expect(stderr.trimEnd()).toMatch(/ERR_LISTEN$/)
  await expect(access(join(directory, 'taken', 'kubeconfig'))).rejects.toThrow()
})

describe('a declaration that cannot be used', () => {
  test.for([
    {
      when: 'a line is cut off',
      from: /identities:[^]*/,
      to: 'identities: [',
      says: /platform\d+\.yaml:\d+:\d+: /,
    },
    {
      when: 'a key is misspelt',
      from: /clientId/,
      to: 'clientID',
      says: /identities\.0.*clientID/,
    },
    {
      when: 'an id is no GUID',
      from: /c9e4b1f2-[\w-]+/,
      to: 'worker',
      says: /identities\.0\.clientId: expected a GUID/,
    },
    {
      when: 'a role is not there',
      from: /role: Keyless item writer/,
      to: 'role: Writer',
      says: /roleAssignments\.1\.role: "Writer" is none of/,
    },
    {
      when: 'a data action does not exist',
      from: /items\/create/,
      to: 'items/make',
      says: /items\/make/,
    },
  ])('is refused with its place when $when', async ({ from, to, says }) => {
    const file = await changedFile(await readFile(DECLARATION, 'utf8'), from, to)
    const { code, stderr } = await run([
      process.execPath,
      PROGRAM,
      '--any-port',
      '--file',
      file,
      '--directory',
      join(directory, 'bad'),
    ])
    expect(stderr).toMatch(says)
    expect(stderr).not.toContain('    at ')
    expect(code).toBe(2)
  })
})

test('an unknown option is refused with the usage', async () => {
  const { code, stderr } = await run([process.execPath, PROGRAM, '--prot', '1'])
  expect(code).toBe(2)
  expect(stderr).toContain("Unknown option '--prot'")
  expect(stderr).toContain('Usage: npm run local')
})

async function changed(from: RegExp, to: string): Promise<string> {
  const text = await readFile(DECLARATION, 'utf8')
  return text.replace(from, to)
}

let files = 0

async function changedFile(text: string, from: RegExp, to: string): Promise<string> {
  const after = text.replace(from, to)
  expect(after).not.toBe(text)
  files += 1
  const file = join(directory, `platform${files}.yaml`)
  await writeFile(file, after)
  return file
}
