import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeObject } from '../object.ts'
import type { Resource } from '../resources/resource.ts'
import { CLUSTER_CELLS } from './cluster-cells.ts'
import { customCells, customColumns } from './custom-cells.ts'
import { podCells } from './pod-cells.ts'
import type { Cells, ColumnDefinition } from './row.ts'
import { SCALES, scaleCells, scaleColumns } from './scale-cells.ts'
import { WORKLOAD_CELLS } from './workload-cells.ts'

/**
 * What `kubectl get` shows of a kind.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/printers/internalversion/printers.go
 */
export function tableOf(resource: Resource): {
  readonly columns: readonly ColumnDefinition[]
  readonly cells: Cells
} {
  if (resource.custom) {
    const columns = customColumns(resource.custom, definitions()['/configmaps'] ?? [])
    const { custom } = resource
    return { columns, cells: (object, now) => customCells(custom, object, now) }
  }
  if (resource.collection === SCALES) {
    return { columns: scaleColumns(definitions()['/configmaps'] ?? []), cells: scaleCells }
  }
  const columns = definitions()[resource.collection]
  const cells = CELLS[resource.collection]
  if (columns !== undefined && cells !== undefined) return { columns, cells }
  return { columns: definitions()[UNPRINTED] ?? [], cells: nameAndDate }
}

/** A kind without columns of its own: name and date of creation. */
const UNPRINTED = 'rbac.authorization.k8s.io/roles'

const CELLS: Readonly<Record<string, Cells>> = {
  '/pods': podCells,
  ...WORKLOAD_CELLS,
  ...CLUSTER_CELLS,
}

function nameAndDate({ metadata }: KubeObject): readonly unknown[] {
  return [metadata.name ?? '', metadata.creationTimestamp ?? null]
}

let columns: Readonly<Record<string, readonly ColumnDefinition[]>> | undefined

function definitions(): Readonly<Record<string, readonly ColumnDefinition[]>> {
  columns ??= JSON.parse(
    readFileSync(join(import.meta.dirname, '..', 'schemas', 'columns.json'), 'utf8'),
  ) as Readonly<Record<string, readonly ColumnDefinition[]>>
  return columns
}
