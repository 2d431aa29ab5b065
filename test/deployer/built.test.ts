import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { buildDeployer } from '../faults/program.ts'
import { run } from '../support/run.ts'

let directory: string
let program: string
let environment: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-built-'))
  program = await buildDeployer(join(directory, 'deployer'))
  environment = await writeEnvironment()
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** Of a cluster where nobody listens, by a kubeconfig that only client-node reads. */
async function writeEnvironment(): Promise<string> {
  const template = await readFile(join('manifests', 'environments', 'local.yaml'), 'utf8')
  const document = parseDocument(template)
  document.setIn(['cluster', 'kubeconfig'], 'kubeconfig')
  document.delete('trustRoot')
  await writeFile(
    join(directory, 'kubeconfig'),
    `{ clusters: [{ name: a, cluster: { server: 'https://127.0.0.1:9' } }], users: [{ name: a, user: { token: t } }],
      contexts: [{ name: keyless-local, context: { cluster: a, user: a } }] }\n`,
  )
  const file = join(directory, 'environment.yaml')
  await writeFile(file, document.toString())
  return file
}

/** Runs a command line of the built program; what V8 compiled is kept below `home`. */
function built(args: readonly string[], home: string) {
  return run([process.execPath, program, ...args], { env: { HOME: home } })
}

function render(home: string) {
  return built(['render', '--env', environment], home)
}

async function createHome(): Promise<string> {
  return mkdtemp(join(directory, 'home-'))
}

function compiledIn(home: string): string {
  return join(home, '.cache', 'keyless-cosmos', 'compiled')
}

/** The one file that is kept there. */
async function keptIn(home: string): Promise<string> {
  const [name = 'nothing', ...others] = await readdir(compiledIn(home))
  expect(others).toEqual([])
  return join(compiledIn(home), name)
}

test('a run takes what an earlier run of the same command has compiled', async () => {
  const home = await createHome()
  expect(await render(home)).toMatchObject({ code: 0 })
  const first = await stat(await keptIn(home))
  expect(await render(home)).toMatchObject({ code: 0 })
  // V8 had no complaint, or it would have been written anew
  const second = await stat(await keptIn(home))
  expect(second.ino).toBe(first.ino)
  expect(second.mode & 0o777).toBe(0o600)
})

test('each command has a file of its own, a wrong command line none', async () => {
  const home = await createHome()
  expect(await built(['--version'], home)).toMatchObject({ code: 0, stdout: '0.1.0\n' })
  expect(await render(home)).toMatchObject({ code: 0 })
  expect(await built(['rendre'], home)).toMatchObject({ code: 2 })
  expect(await readdir(compiledIn(home))).toEqual([
    expect.stringContaining('-other-'),
    expect.stringContaining('-render-'),
  ])
})

test('a file that V8 does not take is made anew', async () => {
  const home = await createHome()
  await render(home)
  await writeFile(await keptIn(home), 'not from V8')
  expect(await render(home)).toMatchObject({ code: 0 })
  expect((await stat(await keptIn(home))).size).toBeGreaterThan(10_000)
})

test('what builds of long ago left goes when a file is made, and nothing else', async () => {
  const home = await createHome()
  await mkdir(compiledIn(home), { recursive: true })
  const eightDaysAgo = Date.now() / 1_000 - 8 * 24 * 60 * 60
  const old = [
    'deployer-0a1b-plan-v24.0.0-x64.cache',
    'deployer-0a1b-plan-v24.0.0-x64.cache.77',
    'worker',
  ]
  for (const name of [...old, 'deployer-0c1d-plan-v24.0.0-x64.cache']) {
    await writeFile(join(compiledIn(home), name), '')
    if (old.includes(name)) await utimes(join(compiledIn(home), name), eightDaysAgo, eightDaysAgo)
  }
  expect(await render(home)).toMatchObject({ code: 0 })
  const left = await readdir(compiledIn(home))
  expect(left).toHaveLength(3)
  expect(left).toEqual(
    expect.arrayContaining([
      'deployer-0c1d-plan-v24.0.0-x64.cache',
      'worker',
      expect.stringContaining('-render-'),
    ]),
  )
})

test('without complaint where nothing can be kept', async () => {
  const home = await createHome()
  await writeFile(join(home, '.cache'), 'no folder')
  expect(await render(home)).toMatchObject({ code: 0, stderr: '' })
  expect(await readdir(home)).toEqual(['.cache'])
})

test.for(['deployer-start.cjs', 'deployer.cjs'])(
  '%s says first of all that a Node is too old for it, and keeps nothing',
  async (name) => {
    const home = await createHome()
    const old = join(directory, 'old-node.cjs')
    const versions = "{ value: { ...process.versions, node: '20.20.0' } }"
    await writeFile(old, `Object.defineProperty(process, 'versions', ${versions})\n`)
    const file = join(dirname(program), name)
    const { code, stdout, stderr } = await run(
      [process.execPath, '--require', old, file, 'render', '--env', environment],
      { env: { HOME: home } },
    )
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(`${name}: Node 24 or later is needed, this is 20.20.0\n`)
    expect(await readdir(home)).toEqual([])
  },
)

test('a kubeconfig of any form is read, by the library that lies beside the program', async () => {
  const { code, stderr } = await built(['logs', '--env', environment], await createHome())
  expect(stderr).toContain('https://127.0.0.1:9: the API server cannot be reached')
  expect(code).toBe(1)
})
