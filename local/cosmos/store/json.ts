/** A JSON value, as a document holds it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A JSON object. Read with `Object.hasOwn` only: a document may well have a property called `constructor`. */
export interface JsonObject {
  readonly [name: string]: Json
}

/** `undefined` if the text is no JSON, or has a number beyond a double: it would be stored as another value. */
export function parseJson(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json
    return MAY_OVERFLOW.test(text) && hasInfinity(value) ? undefined : value
  } catch {
    return undefined
  }
}

const MAY_OVERFLOW = /[eE]\+?\d{2}|\d{300}/

function hasInfinity(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return value === Infinity || value === -Infinity
  return Object.values(value).some(hasInfinity)
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether arrays and objects are nested deeper than `levels`; goes no deeper than that itself. */
export function isNestedDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value).some((inner) => isNestedDeeper(inner, levels - 1))
}

/** The own property of that name; `undefined` where there is none. */
export function property(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
