import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../object.ts'
import { namedShape } from './shape.ts'
import type { SchemaSource, Shape } from './shape.ts'

const FOLDER = join(import.meta.dirname, '..', 'schemas')

/** The schemas of a real kube-apiserver, see `schemas/README.md`; read when first asked for. */
export const catalog: SchemaSource & {
  names(): readonly string[]
  shape(name: string): Shape
} = {
  schema: (name) => schemas()[name],
  goTypes: (name) => goTypes()[name],
  shapes: new Map(),
  names: () => Object.keys(schemas()),
  shape: (name) => namedShape(name, catalog),
}

const schemas = once(() => read('schemas.json') as Record<string, JsonObject>)
const goTypes = once(() => read('go-types.json') as Record<string, Record<string, string>>)

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
}

function once<T>(make: () => T): () => T {
  let value: T | undefined
  return () => (value ??= make())
}
