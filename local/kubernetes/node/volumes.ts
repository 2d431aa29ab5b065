import { FieldError, podField, resourceField } from './fields.ts'
import type { NodeFacts } from './fields.ts'
import type {
  Container,
  DownwardItem,
  KeyToPath,
  Pod,
  TokenProjection,
  Volume,
  VolumeProjection,
} from './pod.ts'

/** A file of a volume; `mode` is its permission bits. */
export interface VolumeFile {
  readonly data: Buffer
  readonly mode: number
}

/** Files by their path inside the volume. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>

/** A config map's or secret's keys, decoded. */
export type Keys = ReadonlyMap<string, Buffer>

/** What the volume's sources hold now; `undefined` means the API server has no such object. */
export interface VolumeSources {
  readonly configMaps: ReadonlyMap<string, Keys | undefined>
  readonly secrets: ReadonlyMap<string, Keys | undefined>
  /** A token for each projection that asks for one, or why there is none. */
  readonly tokens: ReadonlyMap<TokenProjection, string | Error>
  readonly node: NodeFacts
}

/** The volume cannot be set up; the message is the kubelet's, without its `MountVolume.SetUp failed` prefix. */
class VolumeError extends Error {
  override readonly name = 'VolumeError'
}

const DEFAULT_MODE = 0o644

/** The volumes some container mounts; the kubelet does not touch the others. */
export function mountedVolumes({ spec }: Pod): readonly Volume[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  const used = new Set(containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(nameOf)))
  return (spec.volumes ?? []).filter(({ name }) => used.has(name))
}

/** What must be fetched before `volumeFiles` can answer. */
export function volumeReferences(volume: Volume): {
  readonly configMaps: readonly string[]
  readonly secrets: readonly string[]
  readonly tokens: readonly TokenProjection[]
} {
  const sources = projections(volume)
  return {
    configMaps: sources.flatMap(({ configMap }) => configMap?.name ?? []),
    secrets: sources.flatMap(({ secret }) => secret?.name ?? []),
    tokens: sources.flatMap(({ serviceAccountToken }) => serviceAccountToken ?? []),
  }
}

/**
 * The files of a config-map, secret, downward-API or projected volume. Of two sources with one path the later wins.
 *
 * @returns undefined for `emptyDir`, which has no files of its own.
 * @throws {VolumeError} naming what is missing and not optional, or a volume this node does not have.
 * @see https://kubernetes.io/docs/concepts/storage/projected-volumes/
 */
export function volumeFiles(
  pod: Pod,
  volume: Volume,
  sources: VolumeSources,
): VolumeFiles | undefined {
  if (volume.emptyDir !== undefined) return undefined
  const mode = defaultMode(volume)
  const files = new Map<string, VolumeFile>()
  const problems: string[] = []
  for (const projection of projections(volume)) {
    try {
      for (const [path, file] of projected(pod, projection, mode, sources)) files.set(path, file)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      problems.push(error.message)
    }
  }
  if (problems.length === 1) throw new VolumeError(problems[0])
  if (problems.length > 1) throw new VolumeError(`[${[...new Set(problems)].join(', ')}]`)
  return files
}

/** Whether this node can set the volume up at all. */
export function isSupported(volume: Volume): boolean {
  const { emptyDir, configMap, secret, downwardAPI, projected: sources } = volume
  if (sources !== undefined) return (sources.sources ?? []).every((source) => isKnown(source))
  return [emptyDir, configMap, secret, downwardAPI].some((source) => source !== undefined)
}

function isKnown(source: VolumeProjection): boolean {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source
  return [configMap, secret, downwardAPI, serviceAccountToken].some((known) => known !== undefined)
}

/** A plain volume is a projected one with a single source. */
function projections({ configMap, secret, downwardAPI, projected }: Volume): VolumeProjection[] {
  if (configMap !== undefined) return [{ configMap }]
  if (secret !== undefined) {
    const { secretName, ...rest } = secret
    return [{ secret: secretName === undefined ? rest : { name: secretName, ...rest } }]
  }
  if (downwardAPI !== undefined) return [{ downwardAPI }]
  return [...(projected?.sources ?? [])]
}

function defaultMode({ configMap, secret, downwardAPI, projected }: Volume): number {
  return (configMap ?? secret ?? downwardAPI ?? projected)?.defaultMode ?? DEFAULT_MODE
}

function projected(
  pod: Pod,
  source: VolumeProjection,
  mode: number,
  sources: VolumeSources,
): Iterable<readonly [string, VolumeFile]> {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source
  if (configMap !== undefined) return keyFiles('configmap', configMap, sources.configMaps, mode)
  if (secret !== undefined) return keyFiles('secret', secret, sources.secrets, mode)
  if (downwardAPI !== undefined) return downwardFiles(pod, downwardAPI.items ?? [], mode, sources)
  if (serviceAccountToken !== undefined) {
    return [tokenFile(pod, serviceAccountToken, mode, sources.tokens)]
  }
  throw new VolumeError(`unsupported projection: ${Object.keys(source).join(', ')}`)
}

const MISSING_KEY = {
  configmap: 'configmap references non-existent config key',
  secret: 'references non-existent secret key',
}

function* keyFiles(
  kind: 'configmap' | 'secret',
  ref: {
    readonly name?: string
    readonly items?: readonly KeyToPath[]
    readonly optional?: boolean
  },
  objects: ReadonlyMap<string, Keys | undefined>,
  mode: number,
): Generator<readonly [string, VolumeFile]> {
  const name = ref.name ?? ''
  const keys = objects.get(name)
  if (keys === undefined && ref.optional !== true) {
    throw new VolumeError(`${kind} "${name}" not found`)
  }
  if (ref.items === undefined || ref.items.length === 0) {
    for (const [key, data] of keys ?? []) yield [key, { data, mode }]
    return
  }
  for (const item of ref.items) {
    const data = keys?.get(item.key)
    if (data !== undefined) yield [item.path, { data, mode: item.mode ?? mode }]
    else if (ref.optional !== true) throw new VolumeError(`${MISSING_KEY[kind]}: ${item.key}`)
  }
}

function* downwardFiles(
  pod: Pod,
  items: readonly DownwardItem[],
  mode: number,
  { node }: VolumeSources,
): Generator<readonly [string, VolumeFile]> {
  for (const item of items) {
    const text = downwardText(pod, item, node)
    yield [item.path, { data: Buffer.from(text), mode: item.mode ?? mode }]
  }
}

function downwardText(pod: Pod, item: DownwardItem, node: NodeFacts): string {
  try {
    if (item.fieldRef !== undefined) return podField(pod, item.fieldRef, node)
    if (item.resourceFieldRef === undefined) return ''
    return resourceField(pod, undefined, item.resourceFieldRef, node)
  } catch (error) {
    if (error instanceof FieldError) throw new VolumeError(error.message, { cause: error })
    throw error
  }
}

function tokenFile(
  pod: Pod,
  projection: TokenProjection,
  mode: number,
  tokens: VolumeSources['tokens'],
): readonly [string, VolumeFile] {
  const token = tokens.get(projection)
  if (token instanceof Error) throw new VolumeError(token.message, { cause: token })
  const data = Buffer.from(token ?? '')
  return [projection.path, { data, mode: hasOwner(pod) ? 0o600 : mode }]
}

/**
 * Whether the kubelet would give the token file an owner: then only that owner reads it.
 *
 * @see https://github.com/kubernetes/enhancements/blob/master/keps/sig-storage/2451-service-account-token-volumes/README.md#file-permission
 */
function hasOwner({ spec }: Pod): boolean {
  const { runAsUser, fsGroup } = spec.securityContext ?? {}
  if (runAsUser !== undefined || fsGroup !== undefined) return true
  const users = new Set(
    [...(spec.initContainers ?? []), ...spec.containers].map(
      (container: Container) => container.securityContext?.runAsUser,
    ),
  )
  return users.size === 1 && !users.has(undefined)
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}
