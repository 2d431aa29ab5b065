import { isRecord } from '../object.ts'
import type { Shape } from '../schema/shape.ts'
import type { FieldPath, FieldSet } from './field-set.ts'
import { nodeAt, paths } from './field-set.ts'
import { partsOf, withPart } from './typed.ts'

/** Puts a configuration over a value: granular parts are merged, leaves replaced; lists keep the live order. */
export function merge(live: unknown, config: unknown, shape: Shape): unknown {
  const parts = partsOf(config, shape)
  if (parts === undefined || live === undefined || live === null) return config
  if (parts.isList ? !Array.isArray(live) : !isRecord(live)) return config
  const known = partsOf(live, shape)
  let result: unknown = live
  for (const [element, part] of parts.items) {
    const before = known?.items.get(element)
    const value = before ? merge(before.value, part.value, part.shape) : part.value
    result = withPart(result, shape, element, value)
  }
  return result
}

/**
 * Removes what an applier no longer names and nobody else owns.
 *
 * @param last What the applier owned before.
 * @param owned What all managers own now, the applier included.
 */
export function prune(value: unknown, shape: Shape, last: FieldSet, owned: FieldSet): unknown {
  return prefixes(last, owned).reduce((current, path) => removeAt(current, shape, path), value)
}

/** The shallowest places of `last` below which nobody owns anything. */
function prefixes(last: FieldSet, owned: FieldSet): readonly FieldPath[] {
  const found: FieldPath[] = []
  for (const path of paths(last)) {
    const depth = path.findIndex(
      (_, index) => nodeAt(owned, path.slice(0, index + 1)) === undefined,
    )
    if (depth >= 0) found.push(path.slice(0, depth + 1))
  }
  return found
}

function removeAt(value: unknown, shape: Shape, [first, ...rest]: FieldPath): unknown {
  if (first === undefined) return value
  const part = partsOf(value, shape)?.items.get(first)
  if (!part) return value
  if (rest.length === 0) return withPart(value, shape, first, undefined)
  return withPart(value, shape, first, removeAt(part.value, part.shape, rest))
}
