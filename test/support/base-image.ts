// Base images from the machine's own parts, for machines that reach no registry; `node scripts/run.mjs
// test/support/base-image.ts` makes them and prints their names for a shell:
//   eval "$(node scripts/run.mjs test/support/base-image.ts)" && npm run images
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { docker, EngineError } from '../../scripts/container-engine.ts'

/** Names of images in the engine, for the build arguments of the same names. */
export interface BaseImages {
  /** Node, npm and a shell, as the official Node images have them. */
  readonly BUILD_BASE: string
  /** Node and nothing else, laid out like distroless: no shell, no package manager. */
  readonly RUNTIME_BASE: string
}

/** A file system to be: where a file lies in it, and the file of this machine or the text that is put there. */
type Tree = Readonly<
  Record<string, { readonly from: string } | { readonly text: string; readonly mode?: number }>
>

const REPOSITORY = 'keyless-cosmos-base'
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

const USERS = {
  '/etc/passwd': {
    text: 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  },
  '/etc/group': { text: 'root:x:0:\nnonroot:x:65532:\n' },
} as const

/**
 * Makes the base images, or finds those of an earlier call: they are named after what is in them.
 *
 * @throws {EngineError} if no engine answers.
 */
export async function makeBaseImages(): Promise<BaseImages> {
  const certificates: Tree = (await exists(CERTIFICATES))
    ? { [CERTIFICATES]: { from: CERTIFICATES } }
    : {}
  const runtime: Tree = {
    ...USERS,
    ...certificates,
    ...(await program('/nodejs/bin/node', process.execPath)),
  }
  const build: Tree = {
    ...USERS,
    ...certificates,
    ...(await program('/usr/local/bin/node', process.execPath)),
    ...(await program('/bin/sh', '/bin/sh')),
    ...(await program('/usr/bin/env', '/usr/bin/env')),
    ...(await smallPrograms()),
    ...(await npm()),
  }
  return {
    RUNTIME_BASE: await imported('runtime', runtime, [
      `ENV ${PATH}`,
      `ENV SSL_CERT_FILE=${CERTIFICATES}`,
      'USER 65532',
      'WORKDIR /home/nonroot',
      'ENTRYPOINT ["/nodejs/bin/node"]',
    ]),
    BUILD_BASE: await imported('build', build, [
      `ENV ${PATH}`,
      // So that npm trusts whom this machine trusts
      ...(certificates[CERTIFICATES] ? [`ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}`] : []),
    ]),
  }
}

/** A program and the libraries it is linked with, each at its own path. */
async function program(path: string, from: string): Promise<Tree> {
  const { stdout } = await promisify(execFile)('ldd', [from])
  const libraries = [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(/gm)].map(
    ([, library = '']) => library,
  )
  return {
    [path]: { from },
    ...Object.fromEntries(libraries.map((library) => [library, { from: library }])),
  }
}

/** What a shell script asks for. */
async function smallPrograms(): Promise<Tree> {
  const names = ['cat', 'false', 'mkdir', 'rmdir', 'sleep']
  const trees = names.map(async (name) => program(`/usr/bin/${name}`, await onPath(name)))
  return Object.assign({}, ...(await Promise.all(trees))) as Tree
}

/** The npm of this machine; it is JavaScript, so the image's Node runs it. */
async function npm(): Promise<Tree> {
  const command = await onPath('npm')
  const folder = dirname(dirname(await realpath(command)))
  const inside = '/usr/local/lib/node_modules/npm'
  return {
    [inside]: { from: folder },
    '/usr/local/bin/npm': {
      text: `#!/bin/sh\nexec node ${inside}/bin/npm-cli.js "$@"\n`,
      mode: 0o755,
    },
  }
}

async function onPath(name: string): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && !folder.includes('node_modules') && (await exists(join(folder, name))))
      return join(folder, name)
  }
  throw new Error(`${name}: there is no such program on PATH`)
}

/** The image of a tree; no file of it is newer than the epoch, so that the same parts make the same image. */
async function imported(name: string, tree: Tree, changes: readonly string[]): Promise<string> {
  const image = `${REPOSITORY}/${name}:${await fingerprint(tree, changes)}`
  if (await isThere(image)) return image
  const scratch = await mkdtemp(join(tmpdir(), 'keyless-base-'))
  try {
    const root = join(scratch, 'root')
    await plant(root, tree)
    const archive = join(scratch, 'root.tar')
    const options = [
      '--dereference',
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
    ]
    await promisify(execFile)('tar', [...options, '-C', root, '-cf', archive, '.'])
    await docker(['import', ...changes.flatMap((change) => ['--change', change]), archive, image])
    return image
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function plant(root: string, tree: Tree): Promise<void> {
  for (const [path, file] of Object.entries(tree)) {
    const place = join(root, path)
    await mkdir(dirname(place), { recursive: true, mode: 0o755 })
    if ('from' in file) await symlink(await realpath(file.from), place)
    else await writeFile(place, file.text, { mode: file.mode ?? 0o644 })
  }
  for (const folder of ['tmp', 'home/nonroot']) await mkdir(join(root, folder), { recursive: true })
  await chmod(join(root, 'tmp'), 0o1777)
}

async function fingerprint(tree: Tree, changes: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([process.version, tree, changes]))
  for (const file of Object.values(tree)) {
    if (!('from' in file)) continue
    const { size } = await stat(file.from)
    hash.update(`${size}\n`)
  }
  return hash.digest('hex').slice(0, 12)
}

async function isThere(image: string): Promise<boolean> {
  try {
    await docker(['image', 'inspect', '--format', '{{.Id}}', image])
    return true
  } catch (error) {
    if (error instanceof EngineError && error.message.includes('No such image')) return false
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

if (import.meta.main) {
  const names = await makeBaseImages()
  for (const [name, image] of Object.entries(names))
    process.stdout.write(`export ${name}=${image}\n`)
}
