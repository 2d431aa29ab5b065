import { isFields } from './object.ts'

/** One place where two values differ; a side that is absent there has no key. */
export interface Difference {
  /** `.spec.containers[worker].env[NODE_NAME].value`: items of a list are called by their name where they have one. */
  readonly path: string
  readonly left?: unknown
  readonly right?: unknown
}

/** Where two JSON values differ, deepest places first told whole: what only one side has is one difference. */
export function differences(left: unknown, right: unknown, path = ''): readonly Difference[] {
  const [a, b] = [membersOf(left), membersOf(right)]
  if (a === undefined || b === undefined) {
    return JSON.stringify(left) === JSON.stringify(right)
      ? []
      : [{ path: path === '' ? '.' : path, ...side('left', left), ...side('right', right) }]
  }
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) =>
    differences(a.get(key), b.get(key), `${path}${key}`),
  )
}

function side(name: 'left' | 'right', value: unknown): object {
  return value === undefined ? {} : { [name]: value }
}

/** The parts of an object or list by their step in a path; undefined for what has no parts. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.map((item, index) => [stepOf(item, index), item]))
  if (!isFields(value)) return undefined
  return new Map(Object.entries(value).map(([key, item]) => [`.${key}`, item]))
}

function stepOf(item: unknown, index: number): string {
  const name = isFields(item) ? item['name'] : undefined
  return `[${typeof name === 'string' ? name : index}]`
}
