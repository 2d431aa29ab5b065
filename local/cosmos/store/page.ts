import type { PreparedQuery } from '../query/prepare.ts'
import type { LocatedItem } from './container.ts'
import type { Continuation } from './continuation.ts'
import type { Json } from './json.ts'

/** One page of rows. */
export interface Page {
  readonly rows: readonly Json[]
  /** Absent on the last page. */
  readonly next?: Continuation
  readonly loadedItems: number
  readonly loadedBytes: number
}

/** Where a page begins, and how many rows it may have. */
export interface Cut {
  readonly from: Continuation
  readonly size: number
}

/** Cuts one page out of what a query gives over `items`. */
export function pageOf(query: PreparedQuery, items: Iterable<LocatedItem>, cut: Cut): Page {
  return query.kind === 'stream' ? streamedPage(query, items, cut) : wholePage(query, items, cut)
}

/**
 * Goes on after the item where the last page ended. A position is an item and not a count, so that a client
 * may delete what it has seen while it pages on, which many clean-up loops do.
 */
function streamedPage(
  query: PreparedQuery & { readonly kind: 'stream' },
  items: Iterable<LocatedItem>,
  { from, size }: Cut,
): Page {
  const rows: Json[] = []
  const wanted = Math.min(size, query.top - from.given)
  let loadedItems = 0
  let loadedBytes = 0
  let after = from.after
  for (const { partition, item } of items) {
    if (!isAfter([partition, item.ordinal], from.after)) continue
    if (rows.length >= wanted) {
      const given = from.given + rows.length
      const next = given < query.top && after ? { next: { given, after } } : {}
      return { rows, ...next, loadedItems, loadedBytes }
    }
    after = [partition, item.ordinal]
    loadedItems += 1
    loadedBytes += item.bytes
    const row = query.row(item.document)
    if (row !== undefined) rows.push(row)
  }
  return { rows, loadedItems, loadedBytes }
}

function isAfter(position: readonly [number, number], last: Continuation['after']): boolean {
  if (!last) return true
  return position[0] === last[0] ? position[1] > last[1] : position[0] > last[0]
}

/** Simpler than the cloud: all rows are made again for each page, and a page is a slice of them. */
function wholePage(
  query: PreparedQuery & { readonly kind: 'whole' },
  items: Iterable<LocatedItem>,
  { from, size }: Cut,
): Page {
  const all = [...items].map(({ item }) => item)
  const rows = query.rows(all.map(({ document }) => document))
  const end = from.given + size
  return {
    rows: rows.slice(from.given, end),
    ...(end < rows.length && { next: { given: end } }),
    loadedItems: all.length,
    loadedBytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}
