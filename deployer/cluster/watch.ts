import { setTimeout as sleep } from 'node:timers/promises'
import { collectionPath } from '../core/kinds.ts'
import type { ResourceKind } from '../core/kinds.ts'
import { numberAt, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { listQuery, named } from './api.ts'
import type { ListOptions } from './api.ts'
import { apiError } from './api-error.ts'
import type { Cluster } from './connect.ts'
import { linesOf } from './lines.ts'
import { parseJson, readText } from './transport.ts'
import type { Transport } from './transport.ts'

/** The API server ends a watch after this time, and we begin the next where it stopped. */
const WATCH_SECONDS = 240
const PAUSE_MS = 250

/** What is known now: every object that is there, after each change. */
export type WatchEvent =
  /** A list was read: exactly these objects are there. */
  | { readonly type: 'listed'; readonly objects: readonly KubeObject[] }
  | { readonly type: 'present'; readonly object: KubeObject }
  | { readonly type: 'gone'; readonly object: KubeObject }

/**
 * Follows the objects of one kind: first those that are there, then each change, until `signal` ends it.
 *
 * A dropped connection goes on from the last resource version; `410 Gone` lists again, and what vanished meanwhile comes
 * as `gone`. Bookmarks keep the version fresh while nothing changes. No polling.
 *
 * @throws {DeployError} only if the API server refuses the list, or stays out of reach beyond the transport's retries.
 */
export async function* watchObjects(
  cluster: Cluster,
  kind: ResourceKind,
  options: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const { api, transport } = cluster.within(signal)
  const known = new Map<string, KubeObject>()
  for (let from: string | undefined; !signal.aborted;) {
    if (from === undefined) {
      const list = await api.list(kind, options).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
      if (!list) return
      yield* vanished(known, list.items)
      for (const object of list.items) {
        known.set(keyOf(object), object)
        yield { type: 'present', object }
      }
      yield { type: 'listed', objects: list.items }
      from = list.resourceVersion
    }
    from = yield* follow(transport, kind, options, { from, known, signal })
    if (!signal.aborted) await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
}

interface Following {
  readonly from: string
  readonly known: Map<string, KubeObject>
  readonly signal: AbortSignal
}

/** One watch connection. Returns where to go on, or undefined to list again. */
async function* follow(
  transport: Transport,
  kind: ResourceKind,
  options: ListOptions,
  { from, known, signal }: Following,
): AsyncGenerator<WatchEvent, string | undefined> {
  const query = listQuery(options)
  query.set('watch', 'true')
  query.set('allowWatchBookmarks', 'true')
  query.set('timeoutSeconds', String(WATCH_SECONDS))
  query.set('resourceVersion', from)
  const path = collectionPath(kind, options.namespace)
  let version = from
  try {
    const message = await transport.stream(`${path}?${query.toString()}`, signal)
    // too old, or a server in trouble: the list has the transport's patience, and its bound
    if (message.statusCode === 410 || (message.statusCode ?? 0) >= 500) {
      message.destroy()
      return undefined
    }
    if (message.statusCode !== 200) {
      throw apiError(message.statusCode ?? 0, parseJson(await readText(message)), {
        subject: path,
        verb: 'watch',
      })
    }
    for await (const line of linesOf(message)) {
      const event = JSON.parse(line) as { readonly type: string; readonly object: unknown }
      if (event.type === 'ERROR')
        return numberAt(event.object, 'code') === 410 ? undefined : version
      version = textAt(event.object, 'metadata', 'resourceVersion') ?? version
      if (event.type === 'BOOKMARK') continue
      const object = named(event.object, kind)
      if (event.type === 'DELETED') known.delete(keyOf(object))
      else known.set(keyOf(object), object)
      yield { type: event.type === 'DELETED' ? 'gone' : 'present', object }
    }
  } catch (error) {
    if (signal.aborted || isDropped(error)) return version
    throw error
  }
  return version
}

function* vanished(
  known: Map<string, KubeObject>,
  items: readonly KubeObject[],
): Generator<WatchEvent> {
  const there = new Set(items.map(keyOf))
  // deleting while iterating a Map is well defined
  for (const [key, object] of known) {
    if (there.has(key)) continue
    known.delete(key)
    yield { type: 'gone', object }
  }
}

/** By UID: a new object of the same name is another one. */
function keyOf(object: KubeObject): string {
  return object.metadata.uid ?? object.metadata.name
}

const DROPPED = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE']

/** The stream broke off in the middle (also of a line); what was read up to there holds. */
function isDropped(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return error instanceof SyntaxError || DROPPED.includes(code)
}
