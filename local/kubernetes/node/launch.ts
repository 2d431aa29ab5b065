import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { textAt } from '../object.ts'
import {
  apiServerVariables,
  containerEnvironment,
  EnvironmentError,
  referencedNames,
} from './environment.ts'
import { expand } from './expand.ts'
import type { Image } from './image.ts'
import { mountMappings } from './mounts.ts'
import { hostArgument, hostPath, hostValue, pathMapping } from './paths.ts'
import type { PathMapping } from './paths.ts'
import type { Container, Pod } from './pod.ts'
import type { ProcessSpec } from './process-groups.ts'
import type { NodeServices } from './services.ts'
import { readKeys, SourceError } from './sources.ts'
import type { StoredKeys } from './sources.ts'

/** What stands for a container runtime's default when the container sets none of its own. */
const DEFAULT_VARIABLES = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/',
}

const DEFAULT_MESSAGE_PATH = '/dev/termination-log'

/** A container ready to be started; environment and arguments already speak of real paths. */
export interface Launch extends Omit<ProcessSpec, 'onOutput'> {
  /** Where the mounts really are; a sub-path that is not there yet becomes a directory. */
  readonly mounts: readonly string[]
  /** An argument with the container's paths made real, for commands that are run in it later. */
  readonly real: (argument: string) => string
}

/** The image names no program and the container neither: CreateContainerError. */
class CreateError extends Error {
  override readonly name = 'CreateError'
}

/** Where one container of a pod keeps its things. */
export interface ContainerPlaces {
  /** Its scratch directory, empty at each start: the stand-in for its own file system. */
  readonly root: string
  readonly message: string
  readonly logs: string
  readonly volumes: string
}

export function containerPlaces(podDirectory: string, container: string): ContainerPlaces {
  const own = join(podDirectory, 'containers', container)
  return {
    root: join(own, 'root'),
    message: join(own, 'termination-message'),
    logs: join(own, 'logs'),
    volumes: join(podDirectory, 'volumes'),
  }
}

/**
 * Turns a container and its image into a program to start.
 *
 * @throws {EnvironmentError} for a missing config map, secret, key or field (CreateContainerConfigError).
 * @throws {SourceError} if the API server could not be asked (also CreateContainerConfigError).
 * @throws {CreateError} if there is nothing to start.
 */
export async function prepareLaunch(
  pod: Pod,
  container: Container,
  image: Image,
  { places, services }: { readonly places: ContainerPlaces; readonly services: NodeServices },
): Promise<Launch> {
  const variables = await variablesOf(pod, container, services)
  const value = (name: string) => textAt(variables, name)
  const mounts = mountMappings(pod, container, places.volumes, ({ subPath, subPathExpr }) =>
    safeSubPath(subPathExpr === undefined ? (subPath ?? '') : expand(subPathExpr, value)),
  )
  const mappings = [
    ...mounts,
    pathMapping(container.terminationMessagePath ?? DEFAULT_MESSAGE_PATH, places.message),
  ]
  const [command, ...args] = commandLine(container, image, mappings, value)
  if (command === undefined) throw new CreateError('no command specified')
  const environment = Object.fromEntries(
    Object.entries({ ...DEFAULT_VARIABLES, ...variables }).map(([name, text]) => [
      name,
      hostValue(text, mappings),
    ]),
  )
  const directory = workingDirectory(container, mappings, places)
  const real = (argument: string) => hostArgument(argument, mappings)
  return { command, args, environment, directory, mounts: mounts.map(({ host }) => host), real }
}

/** The waiting state for a container that could not be prepared; undefined for an error that is not one of these. */
export function launchFailure(
  error: unknown,
): { readonly reason: string; readonly message: string } | undefined {
  if (error instanceof EnvironmentError || error instanceof SourceError) {
    return { reason: 'CreateContainerConfigError', message: error.message }
  }
  if (!(error instanceof CreateError)) return undefined
  return { reason: 'CreateContainerError', message: error.message }
}

/** Empties what belongs to a single run: the scratch directory and the termination message. */
export async function resetPlaces(
  places: ContainerPlaces,
  { directory, mounts }: Pick<Launch, 'directory' | 'mounts'>,
): Promise<void> {
  await rm(places.root, { recursive: true, force: true })
  await mkdir(places.root, { recursive: true, mode: 0o700 })
  await mkdir(places.logs, { recursive: true, mode: 0o700 })
  for (const path of [...mounts.filter((path) => !existsSync(path)), directory]) {
    await mkdir(path, { recursive: true })
  }
  await writeFile(places.message, '', { mode: 0o600 })
}

async function variablesOf(
  pod: Pod,
  container: Container,
  { client, node, apiServerUrl }: NodeServices,
): Promise<Readonly<Record<string, string>>> {
  const names = referencedNames(container)
  const { namespace } = pod.metadata
  const [configMaps, secrets] = await Promise.all([
    readKeys(client, namespace, 'configmap', names.configMaps),
    readKeys(client, namespace, 'secret', names.secrets),
  ])
  const sources = { configMaps: textsOf(configMaps), secrets: textsOf(secrets) }
  const services = apiServerVariables(apiServerUrl)
  return containerEnvironment(pod, container, { sources, node, services })
}

function textsOf(
  objects: ReadonlyMap<string, StoredKeys | undefined>,
): ReadonlyMap<string, Readonly<Record<string, string>> | undefined> {
  return new Map([...objects].map(([name, keys]) => [name, keys?.text]))
}

/** The image's own command stands on the host already; only what the pod says speaks of the container's paths. */
function commandLine(
  { command = [], args = [] }: Container,
  image: Image,
  mappings: readonly PathMapping[],
  value: (name: string) => string | undefined,
): readonly string[] {
  const real = (text: string) => hostArgument(expand(text, value), mappings)
  return [...(command.length > 0 ? command.map(real) : image.command), ...args.map(real)]
}

/** A directory of the container's own, so that what it writes beside its mounts never lands on the machine. */
function workingDirectory(
  { workingDir }: Container,
  mappings: readonly PathMapping[],
  { root }: ContainerPlaces,
): string {
  if (!workingDir) return root
  return hostPath(workingDir, mappings) ?? join(root, safeSubPath(workingDir.replace(/^\/+/, '')))
}

/** The API server refuses `..` in a sub-path, but not in a variable that is expanded into one. */
function safeSubPath(path: string): string {
  if (path.startsWith('/') || path.split('/').includes('..')) {
    throw new EnvironmentError(
      `subPath: Invalid value: ${JSON.stringify(path)}: must be a relative path without '..'`,
    )
  }
  return path
}
