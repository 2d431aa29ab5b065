import { chmod, copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildProgram } from '../../scripts/build.ts'
import { run } from '../support/run.ts'
import { startChain } from './chain.ts'
import type { Chain } from './chain.ts'
import { worker } from './worker.ts'

let chain: Chain
let built: string
beforeAll(async () => {
  chain = await startChain()
  built = await mkdtemp(join(tmpdir(), 'keyless-build-'))
  await buildProgram('worker', built)
})
afterAll(async () => {
  await chain.close()
  await rm(built, { recursive: true, force: true })
})

/** A copy a test may spoil. */
async function copy(): Promise<string> {
  const directory = await mkdtemp(join(chain.directory, 'copy-'))
  for (const name of await readdir(built)) {
    await copyFile(join(built, name), join(directory, name))
  }
  return directory
}

async function cacheIn(directory: string): Promise<string> {
  const names = await readdir(directory)
  const name = names.find((name) => name.endsWith('.cache'))
  return join(directory, name ?? 'no-cache')
}

/** Runs the starter and then asks it about itself. */
async function startedWith(directory: string, question: string) {
  const starter = JSON.stringify(join(directory, 'worker-start.cjs'))
  const script = `process.on('exit', () => process.stderr.write(String(${question})))
    const { script } = require(${starter})`
  return run([process.execPath, '-e', script], { env: chain.env() })
}

test.for(['worker.cjs', 'worker-start.cjs'])('%s does what the sources do', async (name) => {
  const { code, stdout } = await worker(chain.env(), join(built, name))
  expect(stdout).toContain('6/7 write        ok    201')
  expect(stdout).toMatch(/^DONE {2}1 document written without a key/m)
  expect(code).toBe(0)
})

test('the one file tells a refusal like the sources', async () => {
  const env = chain.env({ AZURE_CLIENT_ID: '00000000-0000-4000-8000-00000000beef' })
  const { code, stdout } = await worker(env, join(built, 'worker-start.cjs'))
  expect(stdout).toContain('3/7 exchange     FAIL  AADSTS700016')
  expect(code).toBe(21)
})

test('V8 accepts the code cache', async () => {
  const { stderr } = await startedWith(built, 'script.cachedDataRejected')
  expect(stderr).toBe('false')
})

test.for([
  { when: 'is not there', spoil: (path: string) => rm(path) },
  { when: 'is damaged', spoil: (path: string) => writeFile(path, 'not from V8') },
])('without complaint when the code cache $when', async ({ spoil }) => {
  const directory = await copy()
  await spoil(await cacheIn(directory))
  const { code } = await worker(chain.env(), join(directory, 'worker-start.cjs'))
  expect(code).toBe(0)
})

test('the starter writes nothing, so a read-only file system is enough', async () => {
  const directory = await copy()
  await rm(await cacheIn(directory))
  await chmod(directory, 0o555)
  const before = await readdir(directory)
  const { code } = await worker(chain.env(), join(directory, 'worker-start.cjs'))
  expect(await readdir(directory)).toEqual(before)
  await chmod(directory, 0o755)
  expect(code).toBe(0)
})

test('the cache of another build of the same length is never run', async () => {
  const directory = await copy()
  const path = join(directory, 'worker.cjs')
  const source = await readFile(path, 'utf8')
  const next = source
    .replace('keyless-cosmos', 'keyless-kosmos')
    .replace(/\/\*\w{16}\*\/\n$/, '/*0123456789abcdef*/\n')
  expect(next).not.toBe(source)
  expect(next).toHaveLength(source.length)
  await writeFile(path, next)
  const { stdout } = await worker(chain.env(), join(directory, 'worker-start.cjs'))
  expect(stdout).toContain('keyless-kosmos')
})

test("Node's own fetch is not loaded: the SDKs ask for FormData, and the build answers", async () => {
  const loaded = 'process.moduleLoadList.filter((name) => /undici/.test(name)).length'
  const { stdout, stderr } = await startedWith(built, loaded)
  expect(stdout).toContain('exit=0')
  expect(stderr).toBe('0')
})

test('the licences of what is inside come with it', async () => {
  const text = await readFile(join(built, 'worker.LICENSES.txt'), 'utf8')
  for (const name of ['@azure/cosmos', '@azure/identity', '@azure/msal-node', 'semaphore']) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, 'm'))
  }
})
