import { numberAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { row } from './row.ts'
import type { ColumnDefinition } from './row.ts'

/** The collection a Scale would be in, were it an object of its own. */
export const SCALES = 'autoscaling/scales'

/** @param known Column definitions of a built-in kind with name and age, for their descriptions. */
export function scaleColumns(known: readonly ColumnDefinition[]): readonly ColumnDefinition[] {
  const named = (name: string) => known.filter((one) => one.name === name)
  return [
    ...named('Name').map((column) => ({ ...column, format: '' })),
    count('Desired', 'desired number of instances for'),
    count('Available', 'actual number of observed instances of'),
    ...named('Age'),
  ]
}

function count(name: string, what: string): ColumnDefinition {
  const description = `replicas is the ${what} the scaled object.`
  return { name, type: 'integer', format: '', description, priority: 0 }
}

export function scaleCells(scale: KubeObject, now: number): readonly unknown[] {
  return row(scale, now, [
    numberAt(scale, 'spec', 'replicas') ?? 0,
    numberAt(scale, 'status', 'replicas') ?? 0,
  ])
}
