import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { parseEnvironment } from '../core/environment.ts'
import type { Environment } from '../core/environment.ts'
import { DeployError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import { objectOf, parseManifests } from '../core/manifests.ts'
import type { Manifest } from '../core/manifests.ts'
import type { KubeObject } from '../core/object.ts'
import { objectSet } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { renderHealer } from '../core/render-healer.ts'
import { placeInNamespace, renderWorker, stampOwnership } from '../core/render.ts'
import type { TrustRoot } from '../core/render.ts'
import { didYouMean } from '../core/suggest.ts'
import { WORKLOAD_FOLDERS, workloadKind } from '../core/workload.ts'
import type { SourceFile } from '../core/yaml.ts'
import type { CommandContext, CommonOptions } from './context.ts'

/** Environment and manifests, parsed and rendered: all that a command needs to know before it talks to a cluster. */
export interface Config {
  readonly environment: Environment
  /** Absolute path; relative paths inside the environment start at its folder. */
  readonly environmentFile: string
  readonly set: ObjectSet
  readonly manifests: readonly Manifest[]
  readonly objects: readonly KubeObject[]
}

/** @throws {DeployError} `ERR_ENVIRONMENT` or `ERR_MANIFEST`, each with every problem found. */
export async function readConfig(options: CommonOptions, context: CommandContext): Promise<Config> {
  const { environment, file } = await readEnvironment(options, context)
  const set = setOf(environment, options, context)
  const rendered = await renderAll(environment, file, options, context)
  const manifests = stampOwnership(rendered, set)
  const objects = manifests.map(objectOf)
  context.conceal(objects)
  return { environment, environmentFile: file, set, manifests, objects }
}

/**
 * The set of objects a command is about: the environment's own, or for another folder one of that folder's name, so
 * that deploying the one does not prune the other.
 */
export function setOf(
  environment: Environment,
  { manifests }: CommonOptions,
  { cwd }: CommandContext,
): ObjectSet {
  const folder = manifests === undefined ? [] : [basename(resolve(cwd, manifests))]
  const name = [environment.name, ...folder].join('-').toLowerCase()
  return objectSet(name.replaceAll(/[^a-z0-9-]+/g, '-'), environment.namespace)
}

/** Reads only the environment: enough for logs and destroy. */
export async function readEnvironment(
  options: CommonOptions,
  context: CommandContext,
): Promise<{ readonly environment: Environment; readonly file: string }> {
  const file = await findEnvironment(options.env, context)
  const shown = relative(context.cwd, file)
  const source = {
    name: shown.startsWith('..') ? file : shown,
    text: await read(file, 'ERR_ENVIRONMENT'),
  }
  const environment = parseEnvironment(source, basename(file, extname(file)))
  if (options.context !== undefined && options.context !== environment.cluster.context) {
    throw new DeployError(
      'ERR_CONTEXT',
      `--context ${options.context}: environment "${environment.name}" is for context "${environment.cluster.context}"`,
      {
        subject: options.context,
        hint: `leave --context out, or change cluster.context in ${source.name}`,
      },
    )
  }
  return { environment, file }
}

async function findEnvironment(env: string, { cwd, root }: CommandContext): Promise<string> {
  const isPath = /[/\\]|\.ya?ml$/.test(env)
  if (isPath) return resolve(cwd, env)
  const folder = join(root, 'manifests', 'environments')
  const names = (await readdir(folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
  if (names.includes(env)) return join(folder, `${env}.yaml`)
  throw new DeployError('ERR_ENVIRONMENT', `no environment "${env}"${didYouMean(env, names)}`, {
    subject: env,
    hint: `--env takes ${names.join(', ')} or the path of a file`,
  })
}

async function renderAll(
  environment: Environment,
  environmentFile: string,
  options: CommonOptions,
  context: CommandContext,
): Promise<readonly Manifest[]> {
  if (options.manifests !== undefined) {
    if (options.heal === true) throw healNeedsOurs(options.manifests)
    const folder = resolve(context.cwd, options.manifests)
    return placeInNamespace(
      parseManifests(await readFolder(folder, context.cwd)),
      environment.namespace,
    )
  }
  const folder = join(context.root, 'manifests')
  const healer = options.heal === true ? await readFolder(join(folder, 'heal'), context.cwd) : []
  const kind = workloadKind(environment)
  const workload =
    kind === 'Pod'
      ? []
      : await readFolder(join(folder, 'workloads', WORKLOAD_FOLDERS[kind]), context.cwd)
  const manifests = parseManifests([
    ...(await readFolder(folder, context.cwd)),
    ...workload,
    ...healer,
  ])
  const caFile = environment.trustRoot?.caFile
  const rendered = renderWorker(
    manifests,
    environment,
    caFile === undefined
      ? undefined
      : await readTrustRoot(resolve(dirname(environmentFile), caFile), folder, context.cwd),
  )
  return options.heal === true ? renderHealer(rendered, environment) : rendered
}

/** The healer in the cluster carries our manifests in its image; of another folder it knows nothing. */
function healNeedsOurs(manifests: string): DeployError {
  return new DeployError('ERR_USAGE', `--manifests ${manifests}: not together with --heal`, {
    subject: manifests,
    hint: 'leave --heal out, and run heal beside the cluster: npm run heal -- --manifests DIR',
  })
}

/** YAML files of the folder itself, as `kubectl apply -f DIR` takes them, by name. */
async function readFolder(folder: string, cwd: string): Promise<readonly SourceFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new DeployError('ERR_MANIFEST', `${folder}: ${fileReason(cause)}`, {
      subject: folder,
      cause,
    })
  })
  const names = entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => entry.name)
    .toSorted()
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      return { name: relative(cwd, file), text: await read(file, 'ERR_MANIFEST') }
    }),
  )
}

async function readTrustRoot(caFile: string, folder: string, cwd: string): Promise<TrustRoot> {
  const certificates = await read(caFile, 'ERR_ENVIRONMENT', 'trustRoot.caFile')
  if (
    !certificates.includes('-----BEGIN CERTIFICATE-----') ||
    certificates.includes('PRIVATE KEY')
  ) {
    throw new DeployError(
      'ERR_ENVIRONMENT',
      `trustRoot.caFile: expected PEM certificates and no key in ${caFile}`,
      {
        subject: caFile,
      },
    )
  }
  const file = join(folder, 'trust-root', 'config-map.yaml')
  const [manifest] = parseManifests([
    { name: relative(cwd, file), text: await read(file, 'ERR_MANIFEST') },
  ])
  if (!manifest) throw new TypeError('parseManifests returns at least one manifest')
  return { manifest, certificates }
}

async function read(file: string, code: ErrorCode, key?: string): Promise<string> {
  try {
    if ((await stat(file)).size > MAX_FILE_BYTES) throw new Error('it is larger than 4 MiB')
    return await readFile(file, 'utf8')
  } catch (cause) {
    const place = key === undefined ? file : `${key}: ${file}`
    throw new DeployError(code, `${place}: ${fileReason(cause)}`, {
      subject: file,
      hint:
        key === undefined
          ? 'check the path'
          : 'for target local, start the platform first: npm run local',
      cause,
    })
  }
}

const MAX_FILE_BYTES = 4 * 1024 * 1024

function fileReason(cause: unknown): string {
  const error = cause as NodeJS.ErrnoException
  if (error.code === 'ENOENT') return 'there is no such file or folder'
  if (error.code === 'EACCES') return 'permission denied'
  if (error.code === 'EISDIR') return 'it is a folder, expected a file'
  if (error.code === 'ENOTDIR') return 'it is a file, expected a folder'
  return error.message
}
