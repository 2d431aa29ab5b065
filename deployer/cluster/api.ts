import { patchBetween } from '../core/json-patch.ts'
import { collectionPath, objectPath } from '../core/kinds.ts'
import type { ResourceKind } from '../core/kinds.ts'
import { isFields, listAt, objectRef, subjectOf, textAt } from '../core/object.ts'
import type { KubeObject, ManagedFieldsEntry, ObjectRef } from '../core/object.ts'
import { FIELD_MANAGER } from '../core/ownership.ts'
import { apiError } from './api-error.ts'
import type { KindFinder, ServedKinds } from './discovery.ts'
import type { ApiAnswer, Transport } from './transport.ts'

/** Objects of one cluster as raw JSON: nothing is dropped, nothing is converted. */
export interface Api {
  readonly server: string
  kindOf(wanted: { readonly apiVersion: string; readonly kind: string }): Promise<ResourceKind>
  /** Discovery of everything; some forty requests, once a run. */
  servedKinds(): Promise<ServedKinds>
  /** Makes kinds known that the objects to be applied define themselves. */
  define(kinds: readonly ResourceKind[]): void
  /** @returns undefined if there is no such object. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>
  list(kind: ResourceKind, options: ListOptions): Promise<ObjectList>
  /** Server-side apply; a refusal is returned, because the caller decides what it means. */
  apply(object: KubeObject, options?: ApplyOptions): Promise<Outcome>
  /** Creates and never changes; a refusal is returned. */
  create(object: KubeObject, options?: { readonly dryRun?: boolean }): Promise<Outcome>
  /** Says who owns which fields of exactly this version of an object; a refusal is returned. */
  writeManagers(live: KubeObject, managers: readonly ManagedFieldsEntry[]): Promise<Outcome>
  /** Asks what an object would be if it were written so, defaults and admission included; writes nothing. */
  tryWrite(live: KubeObject, wanted: KubeObject): Promise<Outcome>
  /**
   * Deletes exactly this incarnation: an object of the same name made since then is left alone.
   *
   * @returns false if it was gone already.
   */
  remove(ref: ObjectRef, uid: string): Promise<boolean>
}

export interface ListOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

interface ObjectList {
  readonly items: readonly KubeObject[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

interface ApplyOptions {
  readonly dryRun?: boolean
  /** Takes fields over from other managers. */
  readonly force?: boolean
}

/** What became of a write. */
export type Outcome =
  | {
      readonly done: true
      readonly object: KubeObject
      /** Whether it is new; false too if an earlier attempt made it whose answer was lost. */
      readonly isNew: boolean
      readonly isRepeated: boolean
    }
  | { readonly done: false; readonly status: number; readonly body: unknown }

/** A write that was not done, with what the API server said. */
export type Refused = Extract<Outcome, { readonly done: false }>

const PAGE_SIZE = 500

/** Who is told of what comes along. */
interface Listening {
  /** Every Secret that is read. */
  readonly onSecret?: (secret: KubeObject) => void
  /** What the API server warns of when an object is written, or its writing tried. */
  readonly onWarning?: (message: string) => void
}

export function createApi(
  transport: Transport,
  kinds: KindFinder,
  { onSecret = () => undefined, onWarning = () => undefined }: Listening = {},
): Api {
  const seen = <T extends Outcome>(result: T): T => {
    if (result.done && result.object.kind === 'Secret') onSecret(result.object)
    return result
  }
  const written = (object: KubeObject, answer: ApiAnswer): Outcome => {
    for (const text of answer.warnings) onWarning(`${subjectOf(objectRef(object))}: ${text}`)
    return outcome(answer)
  }
  const kindOf: Api['kindOf'] = (wanted) => kinds.find(wanted)
  return {
    server: transport.server,
    kindOf,
    servedKinds: () => kinds.served(),
    define: (more) => kinds.define(more),
    get: async (ref) => {
      const path = objectPath(await kindOf(ref), ref)
      const answer = await transport.request({ method: 'GET', path })
      if (answer.status === 404) return undefined
      const result = seen(outcome(answer))
      if (result.done) return result.object
      throw apiError(result.status, result.body, { subject: subjectOf(ref), verb: 'get' })
    },
    list: async (kind, options) => {
      const found = await listAll(transport, kind, options)
      if (kind.kind === 'Secret') found.items.forEach(onSecret)
      return found
    },
    apply: async (object, options = {}) => {
      const ref = objectRef(object)
      const query = new URLSearchParams({ fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' })
      if (options.force) query.set('force', 'true')
      if (options.dryRun) query.set('dryRun', 'All')
      return written(
        object,
        await transport.request({
          method: 'PATCH',
          path: `${objectPath(await kindOf(ref), ref)}?${query.toString()}`,
          body: object,
          contentType: 'application/apply-patch+yaml',
        }),
      )
    },
    create: async (object, options = {}) => {
      const kind = await kindOf(object)
      const query = new URLSearchParams({ fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' })
      if (options.dryRun) query.set('dryRun', 'All')
      const path = `${collectionPath(kind, object.metadata.namespace)}?${query.toString()}`
      return written(object, await transport.request({ method: 'POST', path, body: object }))
    },
    writeManagers: async (live, managers) => {
      const ref = objectRef(live)
      const body = [
        { op: 'replace', path: '/metadata/managedFields', value: managers },
        { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
      ]
      return outcome(
        await transport.request({
          method: 'PATCH',
          path: `${objectPath(await kindOf(ref), ref)}?fieldManager=${FIELD_MANAGER}`,
          body,
          contentType: 'application/json-patch+json',
        }),
      )
    },
    tryWrite: async (live, wanted) => {
      const ref = objectRef(live)
      const path = objectPath(await kindOf(ref), ref)
      return outcome(
        await transport.request({
          method: 'PATCH',
          path: `${path}?fieldManager=${FIELD_MANAGER}&dryRun=All`,
          body: patchBetween(live, wanted),
          contentType: 'application/json-patch+json',
        }),
      )
    },
    remove: async (ref, uid) => {
      const path = objectPath(await kindOf(ref), ref)
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Background',
        preconditions: { uid },
      }
      const answer = await transport.request({ method: 'DELETE', path, body })
      // 409: the UID is another one, so ours is gone
      if (answer.status === 404 || (answer.status === 409 && isUidConflict(answer.body)))
        return false
      if (answer.status < 300) return true
      throw apiError(answer.status, answer.body, { subject: subjectOf(ref), verb: 'delete' })
    },
  }
}

/**
 * Reads page by page, so that a large list neither times out nor has to fit into one answer.
 *
 * @param limit 0 for all at once.
 */
async function listAll(
  transport: Transport,
  kind: ResourceKind,
  options: ListOptions,
  limit = PAGE_SIZE,
): Promise<ObjectList> {
  const path = collectionPath(kind, options.namespace)
  const items: KubeObject[] = []
  let next: string | undefined
  let resourceVersion = ''
  do {
    const query = listQuery(options)
    query.set('limit', String(limit))
    if (next !== undefined) query.set('continue', next)
    const answer = await transport.request({ method: 'GET', path: `${path}?${query.toString()}` })
    if (answer.status === 410 && next !== undefined) {
      // the version of the first page is too old by now: all at once, as client-go's pager does
      return listAll(transport, kind, options, 0)
    }
    if (answer.status !== 200) {
      throw apiError(answer.status, answer.body, { subject: path, verb: 'list' })
    }
    items.push(...listAt(answer.body, 'items').map((item) => named(item, kind)))
    // the last page has an empty cursor or none
    next = textAt(answer.body, 'metadata', 'continue') || undefined
    resourceVersion = textAt(answer.body, 'metadata', 'resourceVersion') ?? ''
  } while (next !== undefined)
  return { items, resourceVersion }
}

/** The query that selects the same objects in a list and in a watch. */
export function listQuery(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams()
  if (options.labelSelector !== undefined) query.set('labelSelector', options.labelSelector)
  if (options.fieldSelector !== undefined) query.set('fieldSelector', options.fieldSelector)
  return query
}

/** Items of a list come without apiVersion and kind. */
export function named(item: unknown, kind: ResourceKind): KubeObject {
  return { ...(item as KubeObject), apiVersion: kind.apiVersion, kind: kind.kind }
}

function outcome(answer: ApiAnswer): Outcome {
  return answer.status < 300 && isFields(answer.body)
    ? {
        done: true,
        object: answer.body as KubeObject,
        isNew: answer.status === 201,
        isRepeated: answer.attempts > 1,
      }
    : { done: false, status: answer.status, body: answer.body }
}

function isUidConflict(body: unknown): boolean {
  return (textAt(body, 'message') ?? '').includes('UID')
}
