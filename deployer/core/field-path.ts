import { isDeepStrictEqual } from 'node:util'
import { isFields } from './object.ts'

/**
 * The value a path of the API server leads to: `.spec.template.spec.containers[name="worker"].image`.
 *
 * The server does not quote names, so that `.metadata.labels.app.kubernetes.io/name` can be read in more than one way;
 * the first way that leads to a value is taken.
 *
 * @returns undefined where the object has nothing.
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/path.go
 */
export function valueAtFieldPath(value: unknown, path: string): unknown {
  if (path === '') return value
  if (path.startsWith('.')) return memberAt(value, path.slice(1))
  const [bracket] = SELECTOR.exec(path) ?? []
  if (bracket === undefined || !Array.isArray(value)) return undefined
  const item = value.find((one, index) => isSelected(one, index, bracket.slice(1, -1)))
  return item === undefined ? undefined : valueAtFieldPath(item, path.slice(bracket.length))
}

/** Up to the closing bracket; one inside quotes does not count. */
const SELECTOR = /^\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]/

/** Tries every key the path may begin with, the longest first. */
function memberAt(value: unknown, path: string): unknown {
  if (!isFields(value)) return undefined
  const keys = Object.keys(value)
    .filter((key) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`))
    .toSorted((a, b) => b.length - a.length)
  for (const key of keys) {
    const found = valueAtFieldPath(value[key], path.slice(key.length))
    if (found !== undefined) return found
  }
  return undefined
}

function isSelected(item: unknown, index: number, selector: string): boolean {
  if (selector.startsWith('=')) return isDeepStrictEqual(item, parsed(selector.slice(1)))
  if (/^\d+$/.test(selector)) return index === Number(selector)
  const pairs = [...selector.matchAll(/([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]*)/g)]
  return (
    isFields(item) &&
    pairs.length > 0 &&
    pairs.every(([, key = '', value = '']) => isDeepStrictEqual(item[key], parsed(value)))
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
