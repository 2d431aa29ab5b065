import { isRecord } from '../object.ts'
import type { ListShape, MapShape, OpenShape, ScalarShape, Shape } from '../schema/shape.ts'
import { goSyntax, goText, goType } from './go-text.ts'
import { entriesOf, itemsOf, shapeAt } from './node.ts'
import { elementText, fieldElement } from './path-element.ts'

/**
 * Why a configuration does not fit its schema, in the words of structured-merge-diff: `.spec.foo: field not declared in
 * schema`. null fits everywhere. A field without a place ends the check of its structure, as in the original.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/validate.go
 */
export function typedProblems(value: unknown, shape: Shape, path = ''): readonly string[] {
  if (value === null || value === undefined) return []
  switch (shape.kind) {
    case 'open':
      return []
    case 'scalar':
      return scalarProblem(value, shape).map((problem) => `${path}: ${problem}`)
    case 'list':
      return Array.isArray(value)
        ? listProblems(value, shape, path)
        : [`${path}: expected list, got &{${goText(value)}}`]
    default:
      return isRecord(value)
        ? mapProblems(value, shape, path)
        : [`${path}: expected map, got &{${goText(value)}}`]
  }
}

function scalarProblem(value: unknown, { type }: ScalarShape): readonly string[] {
  switch (type) {
    case 'integer':
    case 'number':
      if (typeof value === 'number') return []
      return [`expected numeric (int or float), got ${goType(value)}`]
    case 'string':
      if (typeof value === 'string') return []
      return [`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`]
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`expected boolean, got &{${goText(value)}}`]
    default:
      return []
  }
}

function mapProblems(value: unknown, shape: MapShape | OpenShape, path: string): readonly string[] {
  const problems: string[] = []
  for (const [key, item] of entriesOf(value)) {
    const inner = `${path}${elementText(fieldElement(key))}`
    const next = shapeAt(shape, key)
    if (next === undefined) return [...problems, `${inner}: field not declared in schema`]
    problems.push(...typedProblems(item, next, inner))
  }
  return problems
}

function listProblems(
  value: readonly unknown[],
  shape: ListShape,
  path: string,
): readonly string[] {
  const element = shape.element.shape()
  if (shape.relation === 'atomic') {
    return value.flatMap((item, index) => typedProblems(item, element, `${path}[${index}]`))
  }
  const problems: string[] = []
  const items = itemsOf(value, shape, (index, problem) => {
    problems.push(`${path}: element ${index}: ${problem}`)
  })
  if (problems.length > 0) return problems.slice(0, 1)
  const seen = new Set<string>()
  for (const item of items) {
    const name = elementText(item.element)
    if (seen.has(name)) problems.push(`${path}: duplicate entries for key ${name}`)
    seen.add(name)
    problems.push(...typedProblems(item.value, element, `${path}${name}`))
  }
  return problems
}
