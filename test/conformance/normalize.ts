import { isRecord } from '../../local/kubernetes/object.ts'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g
const SUFFIX = /^[bcdfghjklmnpqrstvwxz2456789]{5}$/
const GENERATED = /\b(Bad_)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g
const ADDRESS = /\b10\.96\.\d+\.\d+\b/g
const AGE = /^\d+[smh]$|^<invalid>$|^<unknown>$/

/** Makes the answers of two servers comparable: what is random or depends on the clock becomes a placeholder. */
export interface Normalizer {
  value(value: unknown): unknown
}

/** One per case and server, so that the same uid keeps its placeholder from step to step. */
export function createNormalizer(namespace: string): Normalizer {
  const uids = new Map<string, string>()
  const text = (raw: string): string =>
    raw
      .replaceAll(namespace, '$NS')
      .replaceAll(UUID, (uid) => {
        const known = uids.get(uid) ?? `uid-${uids.size + 1}`
        uids.set(uid, known)
        return known
      })
      .replaceAll(TIME, '#time')
      .replaceAll(ADDRESS, '#address')
      .replaceAll(GENERATED, '$1#####')
      .replaceAll(/(in record \()\d+\)/g, '$1#version)')
      .replaceAll(/(too large resource version.*current: )\d+/gi, '$1#version')
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return scalar(value, key, text)
    if (Array.isArray(value))
      return ordered(
        value.map((item) => walk(item, key)),
        key,
      )
    if (!isRecord(value)) return value
    // in the same order for both, so that the same uid is met at the same place
    const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    const entries = sorted.map(([name, item]) => [text(name), walk(item, name)])
    return withoutSuffix(Object.fromEntries(entries) as Record<string, unknown>)
  }
  return { value: (value) => walk(value, '') }
}

function scalar(value: string, key: string, text: (raw: string) => string): string {
  if (key === 'resourceVersion') return value === '' || value === '0' ? value : '#version'
  if (key === 'continue') return value === '' ? value : '#continue'
  if (key === 'token') return '#token'
  if (key === 'cells' && AGE.test(value)) return '#age'
  if (key === 'storageVersionHash' || key === 'hash') return '#hash'
  return text(value)
}

/**
 * Conflicts with several managers are listed in the order of a Go map, which is another each time; managers in the order
 * of their times, which hangs on where the seconds of the two clocks change.
 */
function ordered(items: readonly unknown[], key: string): readonly unknown[] {
  const isByChance = key === 'managedFields' || (key === 'causes' && items.every(isConflict))
  if (!isByChance) return items
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

function isConflict(cause: unknown): boolean {
  return isRecord(cause) && cause['reason'] === 'FieldManagerConflict'
}

/** A generated name ends in five random letters. */
function withoutSuffix(object: Record<string, unknown>): Record<string, unknown> {
  const { generateName, name } = object
  if (typeof generateName !== 'string' || typeof name !== 'string') return object
  const suffix = name.slice(generateName.length)
  return SUFFIX.test(suffix) ? { ...object, name: `${generateName}#####` } : object
}
