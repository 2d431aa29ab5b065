import type { Document } from 'yaml'
import { isFields } from './object.ts'
import type { Fields, KubeObject } from './object.ts'

/** A value that is put at a path of map keys; maps that are missing on the way are made. */
export interface Edit {
  readonly path: readonly string[]
  readonly value: unknown
}

/** @returns A copy where something changes; the given object is left as it is. */
export function withEdits(object: KubeObject, edits: readonly Edit[]): KubeObject {
  return edits.reduce((edited, { path, value }) => put(edited, path, value) as KubeObject, object)
}

function put(value: unknown, [step, ...rest]: readonly string[], leaf: unknown): unknown {
  if (step === undefined) return leaf
  const fields: Fields = isFields(value) ? value : {}
  return { ...fields, [step]: put(fields[step], rest, leaf) }
}

/** The same on a parsed document, whose comments stay. */
export function editDocument(document: Document, edits: readonly Edit[]): Document {
  const edited = document.clone()
  for (const { path, value } of edits) {
    clearWay(edited, path)
    edited.setIn(path, value)
  }
  return edited
}

/** `labels:` without any is null, in which a document finds no place for a key. */
function clearWay(document: Document, path: readonly string[]): void {
  const [, ...steps] = path
  const ways = steps.map((_, index) => path.slice(0, index + 1))
  for (const way of ways) if (document.getIn(way) === null) document.deleteIn(way)
}
