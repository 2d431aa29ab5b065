import { chmod, cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docker } from '../../scripts/container-engine.ts'
import { imageFacts } from '../../scripts/image-facts.ts'
import type { ImageFacts } from '../../scripts/image-facts.ts'
import { basesOf, buildImage, imageText, TARGETS } from '../../scripts/images.ts'
import type { Target } from '../../scripts/images.ts'
import { contained } from './contained.ts'

const BASES = basesOf(process.env)
const RUN = process.pid
const SOURCE = 'https://example.com/keyless-cosmos'
const made: string[] = []

/** Builds a target under a name of this run. */
async function built(target: Target | 'maps', name: string, directory = '.'): Promise<string> {
  const image = `keyless-cosmos-test/${target}:${name}-${RUN}`
  made.push(image)
  return buildImage(target, { ...BASES, image, directory, source: SOURCE })
}

let facts: Record<Target, ImageFacts>
beforeAll(async () => {
  const images: string[] = []
  for (const target of TARGETS) images.push(await built(target, 'first'))
  const all = await imageFacts(images)
  facts = Object.fromEntries(TARGETS.map((target, index) => [target, all[index]])) as typeof facts
}, 600_000)
afterAll(async () => {
  if (made.length > 0) await docker(['image', 'rm', '--force', ...made])
}, 60_000)

function top(target: Target) {
  const layer = facts[target].layers.at(-1)
  if (layer === undefined) throw new Error(`${target} has no layer`)
  return layer
}

function files(target: Target): string[] {
  return top(target)
    .files.filter(({ type }) => type === 'file')
    .map(({ path }) => path)
}

async function inBase(list: '.RootFS.Layers' | '.Config.Env'): Promise<string[]> {
  const format = `{{json ${list}}}`
  const text = await docker(['image', 'inspect', '--format', format, BASES.runtimeBase ?? ''])
  return JSON.parse(text) as string[]
}

function withoutPath(environment: readonly string[]): string[] {
  return environment.filter((one) => !one.startsWith('PATH='))
}

describe.for(TARGETS)('%s', (target) => {
  test('runs as a user that is a number and not root', () => {
    expect(facts[target].user).toBe('65532:65532')
  })

  test('is its base and one layer', async () => {
    const base = await inBase('.RootFS.Layers')
    const digests = facts[target].layers.map(({ digest }) => digest)
    expect(digests.slice(0, -1)).toEqual(base)
  })

  test('holds no shell, no package manager, no packages, no source and no map', () => {
    const paths = facts[target].layers.flatMap(({ files }) => files.map(({ path }) => path))
    const unwanted =
      /(?:^|\/)(?:sh|bash|dash|busybox|env|npm|npx|corepack|apt|apt-get|dpkg|apk|node_modules|\.npmrc|\.git)(?:\/|$)|\.map$|\.ts$/
    expect(paths.filter((path) => unwanted.test(path))).toEqual([])
  })

  test('holds files that are root’s, that others only read, and that are all of one time', () => {
    const odd = top(target).files.filter(
      ({ mode, uid, modifiedAt, type }) =>
        uid !== 0 || modifiedAt !== 0 || mode !== (type === 'folder' ? 0o755 : 0o644),
    )
    expect(odd).toEqual([])
  })

  test('carries its licence and those of the packages inside', () => {
    expect(files(target)).toEqual(expect.arrayContaining(['app/LICENSE', 'app/LICENSES.txt']))
  })

  test('says in its labels what it is', async () => {
    const { version, license } = JSON.parse(await readFile('package.json', 'utf8')) as {
      readonly version: string
      readonly license: string
    }
    expect(facts[target].labels).toMatchObject({
      'org.opencontainers.image.title': `keyless-cosmos ${target}`,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{40}(-dirty)?$/),
      'org.opencontainers.image.source': SOURCE,
      'org.opencontainers.image.licenses': license,
      'org.opencontainers.image.base.name': BASES.runtimeBase,
    })
  })

  test('has the environment of its base, and a path on which Node is', async () => {
    const base = await inBase('.Config.Env')
    expect(withoutPath(facts[target].environment)).toEqual(withoutPath(base))
  })
})

test('the worker’s layer is small', () => {
  process.stdout.write(`${imageText(facts.worker)}\n`)
  const { bytes, compressedBytes } = top('worker')
  expect(bytes).toBeLessThanOrEqual(2_000_000)
  expect(compressedBytes).toBeLessThanOrEqual(700_000)
})

test('the worker’s layer is the program, its starter, the code cache and the licences', () => {
  expect(files('worker').toSorted()).toEqual([
    'app/LICENSE',
    'app/LICENSES.txt',
    expect.stringMatching(/^app\/worker-[0-9a-f]{16}-v24\.\d+\.\d+-\w+\.cache$/),
    'app/worker-start.cjs',
    'app/worker.cjs',
  ])
})

test('a build from another copy of the sources gives the same layers', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-copy-'))
  try {
    await copySources(directory)
    const images: string[] = []
    for (const target of TARGETS) images.push(await built(target, 'second', directory))
    const second = await imageFacts(images)
    expect(second.map(({ layers }) => layers.at(-1)?.digest)).toEqual(
      TARGETS.map((target) => top(target).digest),
    )
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}, 600_000)

/** Of another time, and with the permissions of another umask: that alone makes the engine build anew. */
async function copySources(directory: string): Promise<void> {
  const ignored = await readFile('.dockerignore', 'utf8')
  const kept = [...ignored.matchAll(/^!(.+)$/gm)].map(([, name = '']) => name)
  for (const name of [...kept, 'Dockerfile', '.dockerignore']) {
    await cp(name, join(directory, name), { recursive: true })
  }
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const isLock = entry.name.startsWith('package') // else the packages would be fetched anew as well
    if (entry.isFile() && !isLock) await chmod(join(entry.parentPath, entry.name), 0o660)
  }
}

test('the source maps are built beside the image', async () => {
  const [maps] = await imageFacts([await built('maps', 'first')])
  const paths = maps?.layers.flatMap(({ files }) => files.map(({ path }) => path))
  expect(paths).toEqual(
    expect.arrayContaining(['worker.cjs.map', 'platform.cjs.map', 'deployer.cjs.map']),
  )
}, 120_000)

describe('in a container with nothing', () => {
  test('the worker says that no identity was injected', async () => {
    const { code, log } = await contained(facts.worker.image, {
      env: {
        COSMOS_ENDPOINT: 'https://account.documents.azure.com/',
        COSMOS_DATABASE: 'rbacsample',
        COSMOS_CONTAINER: 'data',
        POD_UID: '5f1c2c7e-3f0e-4d53-9a35-1d1f7f1f4a10',
        AZURE_TOKEN_CREDENTIALS: 'WorkloadIdentityCredential',
      },
    })
    expect(log).toContain('ERR_NOT_INJECTED')
    expect(code).toBe(20)
  })

  test('the worker takes its code cache', async () => {
    const script = `process.on('exit', () => console.log('rejected', require('/app/worker-start.cjs').script.cachedDataRejected))
      require('/app/worker-start.cjs')`
    const { log } = await contained(facts.worker.image, {
      entrypoint: 'node',
      args: ['-e', script],
    })
    expect(log).toContain('rejected false')
  })

  test('the deployer takes the arguments of its Deployment', async () => {
    const { code, log } = await contained(facts.deployer.image, {
      args: ['heal', '--env', '/etc/keyless-cosmos/heal/local.yaml'],
    })
    expect(log).toContain('/etc/keyless-cosmos/heal/local.yaml')
    expect(code).toBe(2)
  })

  test('the platform asks for its declaration', async () => {
    const { code, log } = await contained(facts.platform.image)
    expect(log).toContain('ERR_DECLARATION')
    expect(code).toBe(2)
  })
})
