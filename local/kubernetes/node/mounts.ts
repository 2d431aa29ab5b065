import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubernetesClient } from '../client.ts'
import { writeAtomically } from './atomic-writer.ts'
import type { NodeFacts } from './fields.ts'
import { pathMapping } from './paths.ts'
import type { PathMapping } from './paths.ts'
import type { Container, Pod, TokenProjection, Volume, VolumeMount } from './pod.ts'
import { readKeys } from './sources.ts'
import type { KeysKind, StoredKeys } from './sources.ts'
import type { TokenSource } from './tokens.ts'
import { isSupported, mountedVolumes, volumeFiles, volumeReferences } from './volumes.ts'
import type { Keys } from './volumes.ts'

/** A volume that is not there; `message` is the text of the FailedMount event. */
export interface MountFailure {
  readonly volume: string
  readonly message: string
}

/** What setting up volumes needs from the node. */
export interface MountServices {
  readonly client: KubernetesClient
  readonly tokens: TokenSource
  readonly node: NodeFacts
}

/**
 * Sets up or refreshes all volumes of a pod below `directory`. Repeatable: what is right already stays untouched.
 *
 * @returns the volumes that failed; empty if the pod may start.
 */
export async function setUpVolumes(
  pod: Pod,
  directory: string,
  services: MountServices,
): Promise<readonly MountFailure[]> {
  const volumes = mountedVolumes(pod)
  const foreign = volumes.filter((volume) => !isSupported(volume))
  if (foreign.length > 0) return [unsupported(foreign)]
  const failures = await Promise.all(
    volumes.map(async (volume): Promise<readonly MountFailure[]> => {
      try {
        await setUp(pod, volume, volumeDirectory(directory, volume), services)
        return []
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        const message = `MountVolume.SetUp failed for volume "${volume.name}" : ${reason}`
        return [{ volume: volume.name, message }]
      }
    }),
  )
  return failures.flat()
}

/** Removes the volumes and whatever was in them. */
export async function tearDownVolumes(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
}

/** Where each of the container's mounts really is. */
export function mountMappings(
  { spec }: Pod,
  { volumeMounts = [] }: Container,
  directory: string,
  subPath: (mount: VolumeMount) => string,
): readonly PathMapping[] {
  return volumeMounts.flatMap((mount) => {
    const volume = spec.volumes?.find(({ name }) => name === mount.name)
    if (volume === undefined) return []
    return [pathMapping(mount.mountPath, join(volumeDirectory(directory, volume), subPath(mount)))]
  })
}

/** The kubelet's words for a volume no plug-in of its own can make. */
function unsupported(volumes: readonly Volume[]): MountFailure {
  const names = `[${volumes.map(({ name }) => name).join(' ')}]`
  const first = volumes[0]?.name ?? ''
  const message = `Unable to attach or mount volumes: unmounted volumes=${names}, unattached volumes=[], failed to process volumes=${names}: failed to get Plugin from volumeSpec for volume "${first}" err=no volume plugin matched`
  return { volume: first, message }
}

function volumeDirectory(directory: string, volume: Volume): string {
  const plugin = Object.keys(volume).find((key) => key !== 'name') ?? ''
  const name = plugin
    .replace(/API$/, '-api')
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return join(directory, `kubernetes.io~${name.replace('config-map', 'configmap')}`, volume.name)
}

async function setUp(
  pod: Pod,
  volume: Volume,
  directory: string,
  { client, tokens, node }: MountServices,
): Promise<void> {
  const wanted = volumeReferences(volume)
  const read = async (kind: KeysKind, names: readonly string[]) =>
    bytesOf(await readKeys(client, pod.metadata.namespace, kind, names))
  const [configMaps, secrets, ofTokens] = await Promise.all([
    read('configmap', wanted.configMaps),
    read('secret', wanted.secrets),
    Promise.all(wanted.tokens.map((projection) => tokenOrError(tokens, pod, projection))),
  ])
  const files = volumeFiles(pod, volume, { configMaps, secrets, tokens: new Map(ofTokens), node })
  await mkdir(directory, { recursive: true, mode: 0o755 })
  // As on a real node; the pod's own directory above lets nobody else in.
  if (files === undefined) await chmod(directory, 0o777)
  else await writeAtomically(directory, files)
}

async function tokenOrError(
  tokens: TokenSource,
  pod: Pod,
  projection: TokenProjection,
): Promise<readonly [TokenProjection, string | Error]> {
  try {
    return [projection, await tokens.get(pod, projection)]
  } catch (error) {
    return [projection, error instanceof Error ? error : new Error(String(error))]
  }
}

function bytesOf(
  objects: ReadonlyMap<string, StoredKeys | undefined>,
): ReadonlyMap<string, Keys | undefined> {
  return new Map([...objects].map(([name, keys]) => [name, keys?.bytes]))
}
