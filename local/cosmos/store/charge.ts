const KILOBYTE = 1024

/**
 * Request units of a point read: 1 RU for 1 kB, 10 RU for 100 kB, a straight line through both.
 *
 * The cloud's figures also depend on indexing and consistency; these are the documented ones for a default
 * container, good for telling cheap from dear and no more.
 *
 * @see https://learn.microsoft.com/azure/cosmos-db/key-value-store-cost
 */
export function readCharge(bytes: number): number {
  return rounded(1 + (9 / 99) * kilobytesAboveOne(bytes))
}

/** Request units of a create, replace, upsert or delete: five times a read, and 0.29 RU of indexing seen on small items. */
export function writeCharge(bytes: number): number {
  return rounded(5.29 + (45 / 99) * kilobytesAboveOne(bytes))
}

/** Request units of a query or list: its own base, and what was read to answer it. */
export function queryCharge(loadedItems: number, loadedBytes: number): number {
  return rounded(2.79 + 0.03 * loadedItems + (9 / 99) * (loadedBytes / KILOBYTE))
}

function kilobytesAboveOne(bytes: number): number {
  return Math.max(0, Math.ceil(bytes / KILOBYTE) - 1)
}

function rounded(charge: number): number {
  return Math.round(charge * 100) / 100
}
