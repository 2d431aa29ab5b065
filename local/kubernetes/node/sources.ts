import type { KubernetesClient } from '../client.ts'
import { isApiError } from '../client.ts'
import { isRecord } from '../object.ts'
import type { KubeObject } from '../object.ts'

/** A config map or secret, decoded both ways. */
export interface StoredKeys {
  /** For environment variables: text only. */
  readonly text: Readonly<Record<string, string>>
  /** For volumes: binary data too. */
  readonly bytes: ReadonlyMap<string, Buffer>
}

export type KeysKind = 'configmap' | 'secret'

/** The object could not be read though it may be there; the kubelet's words when its own cache is not filled. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}

/**
 * Reads config maps or secrets by name, all at once.
 *
 * Read anew at each use, which shows a change no later than a real kubelet's cache does.
 *
 * @returns undefined for what does not exist.
 * @throws {SourceError} if the API server does not answer, or refuses.
 */
export async function readKeys(
  client: KubernetesClient,
  namespace: string,
  kind: KeysKind,
  names: Iterable<string>,
): Promise<ReadonlyMap<string, StoredKeys | undefined>> {
  const unique = [...new Set(names)]
  const found = await Promise.all(unique.map((name) => readOne(client, namespace, kind, name)))
  return new Map(unique.map((name, index) => [name, found[index]]))
}

async function readOne(
  client: KubernetesClient,
  namespace: string,
  kind: KeysKind,
  name: string,
): Promise<StoredKeys | undefined> {
  try {
    const object = await client.get(`/api/v1/namespaces/${namespace}/${kind}s/${name}`)
    return kind === 'secret' ? secretKeys(object) : configMapKeys(object)
  } catch (error) {
    if (isApiError(error, 404)) return undefined
    const message = `failed to sync ${kind} cache: timed out waiting for the condition`
    throw new SourceError(message, { cause: error })
  }
}

function configMapKeys(object: KubeObject): StoredKeys {
  const text = entries(object['data'])
  const binary = entries(object['binaryData'])
  const bytes = new Map([
    ...text.map(([key, value]) => [key, Buffer.from(value)] as const),
    ...binary.map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
  ])
  return { text: Object.fromEntries(text), bytes }
}

function secretKeys(object: KubeObject): StoredKeys {
  const decoded = entries(object['data']).map(
    ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
  )
  const text = Object.fromEntries(decoded.map(([key, value]) => [key, value.toString('utf8')]))
  return { text, bytes: new Map(decoded) }
}

function entries(value: unknown): readonly (readonly [string, string])[] {
  if (!isRecord(value)) return []
  return Object.entries(value).map(([key, text]) => [key, String(text)])
}
