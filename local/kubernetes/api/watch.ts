import { gone } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import type { Change } from '../store/store.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { wanted } from './read.ts'
import { listOptions } from './options.ts'
import type { ListOptions } from './options.ts'
import { formOf, partial, toTable } from './table.ts'

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'

const BOOKMARK_MS = 60_000
const LONGEST_SECONDS = 3600
const SHORTEST_DEFAULT_SECONDS = 1800

/**
 * Streams changes as lines of JSON until the client leaves or `timeoutSeconds` have passed.
 *
 * Without a resourceVersion (or with 0) it starts with an ADDED for each object there is. A resourceVersion older than
 * the history is answered with one ERROR event that carries 410 Gone.
 */
export function watchObjects(api: Api, call: Call): Response {
  // Read before the stream begins, so that a wrong option is refused with its status
  const question = { options: listOptions(call.query, 'watch'), matches: wanted(call) }
  let end: (() => void) | undefined
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      end = follow(api, call, question, controller)
    },
    cancel: () => end?.(),
  })
  return new Response(body, {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
  })
}

interface Question {
  readonly options: ListOptions
  readonly matches: (object: KubeObject) => boolean
}

function follow(
  api: Api,
  call: Call,
  { options, matches }: Question,
  controller: ReadableStreamDefaultController<Uint8Array>,
): (() => void) | undefined {
  const { query, resource } = call
  const form = formOf(call.request)

  let headed = false
  const send = (type: EventType, object: object) => {
    controller.enqueue(Buffer.from(`${JSON.stringify({ type, object })}\n`))
  }
  const show = (type: EventType, object: KubeObject) => {
    const shown = resource.rules.fromStored?.(object) ?? object
    if (form === 'PartialObjectMetadata') return send(type, partial(shown))
    if (form !== 'Table') return send(type, shown)
    send(type, toTable(api, call, [shown], { headers: !headed }))
    headed = true
  }
  const pass = (change: Change) => {
    if (call.namespace !== undefined && change.object.metadata.namespace !== call.namespace) return
    const type = eventType(change, matches)
    if (type) show(type, type === 'DELETED' ? lastSeen(change) : change.object)
  }
  const bookmark = (annotations?: Record<string, string>) => {
    if (!options.allowWatchBookmarks) return
    send('BOOKMARK', {
      kind: resource.kind,
      apiVersion: groupVersion(resource),
      metadata: {
        resourceVersion: String(api.store.revision()),
        ...(annotations ? { annotations } : {}),
      },
    })
  }

  const since = options.resourceVersion ?? 0
  const initial = options.sendInitialEvents || (since === 0 && !query.has('sendInitialEvents'))
  if (!initial && since < api.store.compacted()) {
    send('ERROR', gone(`too old resource version: ${since} (${api.store.compacted()})`).status())
    controller.close()
    return undefined
  }
  if (initial) {
    for (const object of api.store.list(resource.collection, call.namespace)) {
      if (matches(object)) show('ADDED', object)
    }
    if (options.sendInitialEvents) bookmark({ 'k8s.io/initial-events-end': 'true' })
  } else {
    for (const change of api.store.changesSince(since, resource.collection)) pass(change)
  }

  const unsubscribe = api.store.subscribe(resource.collection, pass)
  const ticking = setInterval(() => bookmark(), BOOKMARK_MS)
  const ending = setTimeout(
    () => {
      end()
      controller.close()
    },
    lifetimeSeconds(options) * 1000,
  )
  const end = () => {
    unsubscribe()
    clearInterval(ticking)
    clearTimeout(ending)
  }
  return end
}

/** An object that begins or ceases to match is added or deleted, for this watcher. */
function eventType(
  change: Change,
  matches: (object: KubeObject) => boolean,
): 'ADDED' | 'MODIFIED' | 'DELETED' | undefined {
  const before = change.previous !== undefined && matches(change.previous)
  const after = change.type !== 'DELETED' && matches(change.object)
  if (before && after) return 'MODIFIED'
  if (after) return 'ADDED'
  return before ? 'DELETED' : undefined
}

/** What a deletion shows: the last state that matched, with the revision of the change. */
function lastSeen(change: Change): KubeObject {
  if (change.type === 'DELETED' || !change.previous) return change.object
  const { previous } = change
  return {
    ...previous,
    metadata: { ...previous.metadata, resourceVersion: String(change.revision) },
  }
}

function lifetimeSeconds({ timeoutSeconds = 0 }: ListOptions): number {
  if (timeoutSeconds > 0) return Math.min(timeoutSeconds, LONGEST_SECONDS)
  return SHORTEST_DEFAULT_SECONDS + Math.random() * SHORTEST_DEFAULT_SECONDS
}
