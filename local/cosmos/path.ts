/**
 * The resource a request target names: type and id in turn, decoded; an empty list is the account.
 * A target that ends in a type (`/dbs/x/colls`) names a feed, and its last id is absent.
 */
export interface ResourcePath {
  /** `['dbs', 'colls', 'docs']`, exactly as written; never decoded and never re-cased. */
  readonly types: readonly string[]
  /** As many as `types`, or one fewer for a feed. */
  readonly ids: readonly string[]
}

/**
 * Reads a request target strictly: there is one way to write each resource, but for the choice of which
 * letters of an id are percent-encoded, and every other way names nothing.
 *
 * Refused are: a query string or fragment, an absolute URL, an empty segment (double or trailing slash), a dot
 * segment, an encoded slash, backslash, question mark or hash, a control character, and text that is not UTF-8.
 * The cloud is more lenient here and there; a gateway that decides about data must not be, because whatever
 * two readers of one path could understand differently is a way around the decision.
 *
 * @param target As it stood in the request line, before any URL parser tidied it up.
 * @returns `undefined` if the target names nothing.
 */
export function parseTarget(target: string): ResourcePath | undefined {
  if (target === '/') return { types: [], ids: [] }
  if (!target.startsWith('/')) return undefined
  const segments = target.slice(1).split('/')
  const types = segments.filter((_, index) => index % 2 === 0)
  const ids = segments.filter((_, index) => index % 2 === 1).map(decodeId)
  if (types.some((type) => !/^[a-z]+$/.test(type))) return undefined
  return ids.every((id) => id !== undefined) ? { types, ids } : undefined
}

/** Letters that a raw target may hold: those of a URI path, where `%` only starts an encoded byte. */
const RAW_ID = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+$/

function decodeId(raw: string): string | undefined {
  if (!RAW_ID.test(raw)) return undefined
  try {
    const id = decodeURIComponent(raw)
    return isResourceId(id) ? id : undefined
  } catch {
    return undefined
  }
}

const MAX_ID_BYTES = 1023

/**
 * Whether an id may name a resource: 1–1,023 bytes, none of `/ \ ? #`, no control character, no dot segment.
 *
 * @see https://learn.microsoft.com/azure/cosmos-db/concepts-limits#per-item-limits
 */
export function isResourceId(id: string): boolean {
  return (
    !/[/\\?#\p{Cc}]/u.test(id) &&
    id !== '' &&
    id !== '.' &&
    id !== '..' &&
    id.isWellFormed() &&
    Buffer.byteLength(id) <= MAX_ID_BYTES
  )
}
