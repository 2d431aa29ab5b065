import { readdir } from 'node:fs/promises'
import { basename, extname, join, relative, resolve } from 'node:path'
import { environmentOf } from '../core/environment.ts'
import type { Environment } from '../core/environment.ts'
import { DeployError } from '../core/errors.ts'
import { misplacedSecrets, refuseMisplacedSecrets } from '../core/misplaced-secret.ts'
import type { KubeObject } from '../core/object.ts'
import { readOwnObjects } from '../core/own-objects.ts'
import { objectSet } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { refuseSecrets } from '../core/pasted-secret.ts'
import { readYaml } from '../core/read-yaml.ts'
import { didYouMean } from '../core/suggest.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import { npmCommand } from './npm-command.ts'
import { readFolder, readSource } from './source-files.ts'
import type { Subject } from './subject.ts'

/** Environment and manifests, parsed and rendered: all that a command needs to know before it talks to a cluster. */
export interface Config extends Subject {
  readonly objects: readonly KubeObject[]
}

/** @throws {DeployError} `ERR_ENVIRONMENT` or `ERR_MANIFEST`, each with every problem found. */
export async function readConfig(options: CommonOptions, context: CommandContext): Promise<Config> {
  const subject = await readSubject(options, context)
  const objects = await readObjects(subject, options, context)
  context.conceal(objects)
  if (options.manifests === undefined) refuseMisplacedSecrets(objects)
  else warnOfSecrets(objects, context)
  return { ...subject, objects }
}

/** @throws {DeployError} `ERR_ENVIRONMENT` with every problem found; `ERR_USAGE`. */
export async function readSubject(
  options: CommonOptions,
  context: CommandContext,
): Promise<Subject> {
  if (options.manifests !== undefined && options.heal === true) {
    throw healNeedsOurs(options.env, options.manifests)
  }
  const { environment, file } = await readEnvironment(options, context)
  return { environment, environmentFile: file, set: setOf(environment, options, context) }
}

/** What others deploy is theirs to judge. */
function warnOfSecrets(objects: readonly KubeObject[], { report }: CommandContext): void {
  for (const found of misplacedSecrets(objects)) {
    report({
      event: 'warning',
      message: `${found}, and is no Secret: everybody who may read the namespace can read it`,
    })
  }
}

/** The objects as they are to be applied: ours rendered, or those of another folder. */
async function readObjects(
  subject: Subject,
  options: CommonOptions,
  context: CommandContext,
): Promise<readonly KubeObject[]> {
  if (options.manifests === undefined) {
    // loads the whole YAML parser, which another folder can mostly do without
    const { renderedObjects } = await import('./rendered.ts')
    return renderedObjects(subject, options, context)
  }
  const folder = resolve(context.cwd, options.manifests)
  return readOwnObjects(await readFolder(folder, context.cwd), subject.set)
}

/**
 * The same for a command that can do without: a folder that was emptied or broken since names nothing, and its set must
 * be destroyed all the same.
 */
export async function readableObjects(
  subject: Subject,
  options: CommonOptions,
  context: CommandContext,
): Promise<readonly KubeObject[]> {
  try {
    return await readObjects(subject, options, context)
  } catch (error) {
    if (error instanceof DeployError) return []
    throw error
  }
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
    text: await readSource(file, 'ERR_ENVIRONMENT'),
  }
  refuseSecrets(source)
  const documents = (await readYaml(source, 'ERR_ENVIRONMENT')).map(({ value }) => value)
  const environment = environmentOf(documents, source.name, basename(file, extname(file)))
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

/** The healer in the cluster carries our manifests in its image; of another folder it knows nothing. */
function healNeedsOurs(env: string, manifests: string): DeployError {
  return new DeployError('ERR_USAGE', `--manifests ${manifests}: not together with --heal`, {
    subject: manifests,
    hint: `leave --heal out, and run heal beside the cluster: ${npmCommand('heal', { env, manifests })}`,
  })
}
