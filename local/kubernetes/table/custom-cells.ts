import { at } from '../object.ts'
import type { KubeObject } from '../object.ts'
import type { CustomColumn, CustomResource } from '../resources/resource.ts'
import { age } from './age.ts'
import type { ColumnDefinition } from './row.ts'

const DEFAULT_COLUMNS: readonly CustomColumn[] = [
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
]

/**
 * Columns of a custom resource: its own `additionalPrinterColumns` after the name, or the age if it has none.
 *
 * @param known Column definitions of a built-in kind with name and age, for their descriptions.
 */
export function customColumns(
  custom: CustomResource,
  known: readonly ColumnDefinition[],
): readonly ColumnDefinition[] {
  const [name] = known
  const described = known.find((one) => one.name === 'Age')?.description ?? ''
  const own = custom.columns.map((column) => ({
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description:
      column.description ??
      `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
    priority: column.priority ?? 0,
  }))
  const age = { name: 'Age', type: 'date', format: '', description: described, priority: 0 }
  return [...(name === undefined ? [] : [name]), ...(own.length === 0 ? [age] : own)]
}

/** Cells of a custom resource; a path that leads nowhere gives an empty cell. */
export function customCells(
  { columns }: CustomResource,
  object: KubeObject,
  now: number,
): readonly unknown[] {
  const own = columns.length === 0 ? DEFAULT_COLUMNS : columns
  return [object.metadata.name ?? '', ...own.map((column) => cell(column, object, now))]
}

function cell({ jsonPath, type }: CustomColumn, object: KubeObject, now: number): unknown {
  const value = at(object, ...steps(jsonPath))
  if (value === undefined) return null
  if (type === 'date') return typeof value === 'string' ? age(value, now) : null
  return type === 'string' && typeof value !== 'string' ? JSON.stringify(value) : value
}

/** `.spec.parts[0].id`; filters and wildcards of JSONPath lead nowhere. */
function steps(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, name, index, quoted]) => name ?? quoted ?? Number(index),
  )
}
