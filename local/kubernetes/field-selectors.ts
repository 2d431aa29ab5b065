import { badRequest } from './errors.ts'
import type { KubeObject } from './object.ts'

/** The fields a kind can be selected by, beside name and namespace. */
export type FieldReaders = Readonly<Record<string, (object: KubeObject) => string>>

/**
 * Parses `metadata.name=x,status.phase!=Running` into a test of an object; in a value `\\`, `,` and `=` are escaped.
 *
 * @param kind Whose fields they are; a kind without fields of its own, a custom one and a Job refuse in other words.
 * @throws {StatusError} 400 for a field the kind has no index for.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/fields/selector.go
 */
export function parseFieldSelector(
  text: string,
  readers: FieldReaders,
  kind: { readonly kind: string; readonly custom?: object } = { kind: '' },
): (object: KubeObject) => boolean {
  const tests = fieldTerms(text)
    .filter(({ field, value }) => field !== '' || value !== '')
    .map(({ field, negated, value }) => {
      const read = { ...COMMON_FIELDS, ...readers }[field]
      if (read === undefined) throw badRequest(unknownField(field, readers, kind))
      return (object: KubeObject) => (read(object) === value) !== negated
    })
  return (object) => tests.every((one) => one(object))
}

/** The one name a field selector asks for, if it asks for one. */
export function selectedName(text: string): string | undefined {
  return fieldTerms(text).find(({ field, negated }) => field === 'metadata.name' && !negated)?.value
}

interface Term {
  readonly field: string
  readonly negated: boolean
  readonly value: string
}

const COMMON_FIELDS: FieldReaders = {
  'metadata.name': (object) => object.metadata.name ?? '',
  'metadata.namespace': (object) => object.metadata.namespace ?? '',
}

function fieldTerms(text: string): readonly Term[] {
  const parts = text.match(/(?:\\.|[^,\\]|\\$)+/g) ?? []
  return parts.toSorted().map((part) => {
    const match = /^(.*?)(!=|==|=)(.*)$/.exec(part)
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
    const [, field = '', operator, value = ''] = match
    return { field, negated: operator === '!=', value: unescaped(value) }
  })
}

function unescaped(value: string): string {
  return value.replaceAll(/\\(.?)|[,=]/g, (sequence, character: string | undefined) => {
    if (character === undefined) {
      const code = sequence.codePointAt(0) ?? 0
      throw badRequest(`invalid field selector: unescaped character in value: ${code}`)
    }
    if ('\\,='.includes(character) && character !== '') return character
    throw badRequest(`invalid field selector: invalid escape sequence: ${sequence}`)
  })
}

function unknownField(
  field: string,
  readers: FieldReaders,
  { kind, custom }: { readonly kind: string; readonly custom?: object },
): string {
  if (kind === 'Job') return `field label ${JSON.stringify(field)} not supported for Job`
  if (custom || Object.keys(readers).length > 0) return `field label not supported: ${field}`
  const list = Object.keys(COMMON_FIELDS).map((one) => JSON.stringify(one))
  return `${JSON.stringify(field)} is not a known field selector: only ${list.join(', ')}`
}
