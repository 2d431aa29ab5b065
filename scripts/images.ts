// `npm run images [-- TARGET…] [--build-base IMAGE] [--runtime-base IMAGE] [--source URL] [--verbose]`: builds the
// images with the container engine of this machine, and tells what is in them. In place of the options: BUILD_BASE, RUNTIME_BASE.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { docker, EngineError } from './container-engine.ts'
import { imageFacts } from './image-facts.ts'
import type { ImageFacts } from './image-facts.ts'

/** The images of the Dockerfile. */
export const TARGETS = ['worker', 'platform', 'deployer'] as const
export type Target = (typeof TARGETS)[number]

/** How an image is built. */
export interface BuildOptions {
  /** Image with Node and npm; default: the Dockerfile's. */
  readonly buildBase?: string | undefined
  /** Image with Node, which becomes the base; default: the Dockerfile's. */
  readonly runtimeBase?: string | undefined
  /** Where the sources can be found, for the label. */
  readonly source?: string | undefined
  /** Name and tag of the image; default: `localhost/keyless-cosmos/TARGET:VERSION`. */
  readonly image?: string
  /** The project; default: the working directory. */
  readonly directory?: string
  readonly signal?: AbortSignal
  readonly onOutput?: (text: string) => void
}

/** The layers the Dockerfile adds to its base. */
const OWN_LAYERS = 1

/**
 * Builds one target of the Dockerfile.
 *
 * @param target `maps` is not an image to run: its files are the source maps.
 * @returns The image's name and tag.
 * @throws {EngineError} if there is no engine, it does not answer, or the build fails; then with its last lines.
 */
export async function buildImage(
  target: Target | 'maps',
  options: BuildOptions = {},
): Promise<string> {
  const { directory = '.', signal, onOutput } = options
  const version = await projectVersion()
  const image = options.image ?? `localhost/keyless-cosmos/${target}:${version}`
  const values = {
    BUILD_BASE: options.buildBase,
    RUNTIME_BASE: options.runtimeBase,
    SOURCE: options.source,
    VERSION: version,
    REVISION: await revision(),
    SOURCE_DATE_EPOCH: process.env['SOURCE_DATE_EPOCH'],
    NPM_CONFIG_REGISTRY: process.env['NPM_CONFIG_REGISTRY'],
  }
  const given = Object.entries(values).flatMap(([name, value]) =>
    value ? ['--build-arg', `${name}=${value}`] : [],
  )
  await docker(['build', '--target', target, '--tag', image, ...given, directory], {
    env: await builderEnvironment(),
    ...(signal ? { signal } : {}),
    ...(onOutput ? { onOutput } : {}),
  }).catch((error: unknown) => {
    throw isPullFailure(error) ? basePullFailed(error) : error
  })
  return image
}

/** The engine tells it in many ways, of its resolver, its proxy or the registry. */
const PULL_FAILURE =
  /no such host|pull access denied|manifest unknown|failed to resolve source metadata|registry.*(?:timeout|refused|denied|x509)/i

function isPullFailure(error: unknown): error is EngineError {
  return error instanceof EngineError && PULL_FAILURE.test(error.message)
}

function basePullFailed(cause: EngineError): EngineError {
  const reason = cause.message.split('\n').find((line) => PULL_FAILURE.test(line))
  return new EngineError(
    'ERR_BASE_IMAGE',
    `docker build: a base image cannot be pulled\n${reason}`,
    {
      hint: 'name images that this machine has or can reach: BUILD_BASE (Node and npm), RUNTIME_BASE (Node)',
      cause,
    },
  )
}

/** The base images the environment names: where the Dockerfile's own cannot be pulled. */
export function basesOf(env: NodeJS.ProcessEnv): Pick<BuildOptions, 'buildBase' | 'runtimeBase'> {
  return { buildBase: env['BUILD_BASE'], runtimeBase: env['RUNTIME_BASE'] }
}

/** A client without buildx refuses to build unless it is told to use the engine's own builder. */
export async function builderEnvironment(): Promise<NodeJS.ProcessEnv> {
  if (process.env['DOCKER_BUILDKIT'] !== undefined) return process.env
  const hasBuildx = await docker(['buildx', 'version']).then(
    () => true,
    (error: unknown) => {
      if (error instanceof EngineError && error.code === 'ERR_ENGINE') return false
      throw error
    },
  )
  return hasBuildx ? process.env : { ...process.env, DOCKER_BUILDKIT: '0' }
}

async function projectVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  return version
}

/** The commit, with `-dirty` behind it when files differ from it; undefined outside a repository. */
async function revision(): Promise<string | undefined> {
  const args = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']
  return promisify(execFile)('git', args).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}

/** What is in an image, for people: sizes as a registry keeps them, and the files of its own layers. */
export function imageText({ user, layers }: ImageFacts): string {
  const own = layers.slice(-OWN_LAYERS)
  const sum = (of: typeof layers, key: 'bytes' | 'compressedBytes') =>
    megabytes(of.reduce((sum, layer) => sum + layer[key], 0))
  return [
    `  size       ${sum(layers, 'compressedBytes')} compressed`,
    `  own layers ${sum(own, 'bytes')}, ${sum(own, 'compressedBytes')} compressed`,
    `  layers     ${layers.length}, of them ${own.length} above the base`,
    `  user       ${user}`,
    ...fileLines(own.flatMap(({ files }) => files)),
  ].join('\n')
}

/** Files at the top one by one, those of a folder as their sum. */
function fileLines(files: ImageFacts['layers'][number]['files']): string[] {
  const groups = Map.groupBy(
    files.filter(({ type }) => type === 'file'),
    ({ path }) => (posix.dirname(path) === 'app' ? path : `${posix.dirname(path)}/`),
  )
  return [...groups].map(([name, of], index) => {
    const bytes = of.reduce((sum, { bytes }) => sum + bytes, 0)
    const count = name.endsWith('/') ? `, ${of.length} files` : ''
    return `  ${index === 0 ? 'files' : '     '}      /${name}  ${megabytes(bytes)}${count}`
  })
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`
}

const HELP = `Usage: npm run images [-- TARGET… OPTIONS]

Builds the images of the Dockerfile with the container engine of this machine: ${TARGETS.join(', ')}; default all.

  --build-base IMAGE    image with Node and npm (in its place: BUILD_BASE)
  --runtime-base IMAGE  image with Node, which becomes the base (in its place: RUNTIME_BASE)
  --source URL          where the sources can be found, for the label
  --verbose             show what the engine says
  --help                this text
`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'build-base': { type: 'string', default: process.env['BUILD_BASE'] },
      'runtime-base': { type: 'string', default: process.env['RUNTIME_BASE'] },
      source: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const targets = TARGETS.filter((name) => positionals.length === 0 || positionals.includes(name))
  const unknown = positionals.filter((name) => !TARGETS.some((target) => target === name))
  if (unknown.length > 0) {
    process.stderr.write(
      `✗ expected ${TARGETS.join(', ')}, got "${unknown.join(' ')}"\nERR_USAGE\n`,
    )
    return 2
  }
  const images: string[] = []
  for (const target of targets) {
    process.stderr.write(`• Building ${target}\n`)
    images.push(
      await buildImage(target, {
        buildBase: values['build-base'],
        runtimeBase: values['runtime-base'],
        source: values.source,
        ...(values.verbose ? { onOutput: (text) => void process.stderr.write(text) } : {}),
      }),
    )
  }
  for (const facts of await imageFacts(images)) {
    process.stdout.write(`✓ ${facts.image}\n${imageText(facts)}\n`)
  }
  return 0
}

function isWrongUsage(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')
}

if (import.meta.main) {
  process.exitCode = await main().catch((error: unknown) => {
    if (isWrongUsage(error)) {
      process.stderr.write(`✗ ${error.message}\n\n${HELP}\nERR_USAGE\n`)
      return 2
    }
    if (!(error instanceof EngineError)) throw error
    process.stderr.write(`✗ ${error.message}\n  hint  ${error.hint}\n${error.code}\n`)
    return 1
  })
}
