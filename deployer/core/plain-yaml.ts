/** One document of a YAML file, as plain JSON. */
export interface PlainDocument {
  readonly value: Readonly<Record<string, unknown>>
  /** Of its first key, from 1. */
  readonly line: number
}

/**
 * Reads the plain part of YAML, in which nearly all manifests and kubeconfigs are written: block maps and lists, scalars
 * of one line, literal blocks, flow lists that are also JSON. It is some thirty times as fast as a whole parser, which
 * for a thousand objects is most of a run that changes nothing.
 *
 * @returns undefined if anything is written in another way, or wrong: then a whole parser must read it, and tell. Where
 * it returns a value, `yaml` (1.2, core schema) reads the same, without a complaint; a test compares the two.
 */
export function readPlainYaml(text: string): readonly PlainDocument[] | undefined {
  if (UNUSUAL.test(text)) return undefined
  try {
    return readDocuments(createLines(text))
  } catch (error) {
    if (error instanceof NotPlain) return undefined
    throw error
  }
}

/** Tabs, carriage returns, other control characters, marks of byte order and of lines. */
const UNUSUAL = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd]/

class NotPlain extends Error {}

/** What is not blank and no comment. */
interface Line {
  /** From 0. */
  readonly number: number
  readonly indent: number
  /** Without indent and trailing spaces. */
  readonly text: string
}

interface Lines {
  /** As written. */
  readonly raw: readonly string[]
  current: Line | undefined
  /** Moves to the next line that says something, from this number on. */
  moveTo(number: number): void
}

function createLines(text: string): Lines {
  const raw = text.split('\n')
  const lines: Lines = {
    raw,
    current: undefined,
    moveTo: (from) => {
      lines.current = undefined
      for (let number = from; number < raw.length; number += 1) {
        const [line, indent] = [raw[number] ?? '', indentOf(raw[number] ?? '')]
        if (indent === line.length || line[indent] === '#') continue
        lines.current = { number, indent, text: line.slice(indent).trimEnd() }
        return
      }
    },
  }
  lines.moveTo(0)
  return lines
}

function indentOf(line: string): number {
  let indent = 0
  while (line[indent] === ' ') indent += 1
  return indent
}

function readDocuments(lines: Lines): readonly PlainDocument[] {
  const documents: PlainDocument[] = []
  for (let line = lines.current; line !== undefined; line = lines.current) {
    if (isSeparator(line)) lines.moveTo(line.number + 1)
    else if (line.indent > 0) throw new NotPlain()
    else documents.push({ value: readMap(lines, 0), line: line.number + 1 })
  }
  return documents
}

function isSeparator({ indent, text }: Line): boolean {
  return indent === 0 && text === '---'
}

const KEY = /^([A-Za-z_][\w./-]{0,250}):(?: +(.*))?$/
/** Other than strings in one of the two versions of YAML. */
const RESERVED = /^(null|true|false|yes|no|on|off|y|n|__proto__)$/i

function readMap(lines: Lines, indent: number): Record<string, unknown> {
  const map: Record<string, unknown> = {}
  for (let line = lines.current; line !== undefined; line = lines.current) {
    if (line.indent < indent || isSeparator(line)) break
    const [, key, rest = ''] = KEY.exec(line.text) ?? []
    const isRight = line.indent === indent && key !== undefined && !RESERVED.test(key)
    if (!isRight || Object.hasOwn(map, key)) throw new NotPlain()
    map[key] = readValue(lines, line, { rest, indent })
  }
  return map
}

/** What stands behind a key, or below it. */
function readValue(
  lines: Lines,
  line: Line,
  { rest, indent }: { readonly rest: string; readonly indent: number },
): unknown {
  if (rest !== '' && !rest.startsWith('#')) return readInline(lines, line, { rest, indent })
  lines.moveTo(line.number + 1)
  const next = lines.current
  if (next === undefined || isSeparator(next)) return null
  if (isItem(next.text) && next.indent >= indent) return readList(lines, next.indent)
  return next.indent > indent ? readMap(lines, next.indent) : null
}

/** A scalar on the rest of the line, or a literal block that the rest announces. */
function readInline(
  lines: Lines,
  line: Line,
  { rest, indent }: { readonly rest: string; readonly indent: number },
): unknown {
  if (rest.startsWith('|')) return readLiteral(lines, line, { rest, indent })
  const value = readScalar(rest)
  lines.moveTo(line.number + 1)
  return value
}

function isItem(text: string): boolean {
  return text.startsWith('- ')
}

function readList(lines: Lines, indent: number): readonly unknown[] {
  const items: unknown[] = []
  for (let line = lines.current; line !== undefined; line = lines.current) {
    if (line.indent !== indent || !isItem(line.text)) break
    items.push(readItem(lines, line))
  }
  return items
}

function readItem(lines: Lines, line: Line): unknown {
  const rest = line.text.slice(1).trimStart()
  if (rest.startsWith('#') || isItem(rest)) throw new NotPlain()
  if (!KEY.test(rest)) return readInline(lines, line, { rest, indent: line.indent })
  const indent = line.indent + line.text.length - rest.length
  lines.current = { ...line, indent, text: rest }
  return readMap(lines, indent)
}

/** `|` and `|-`; where the block begins or ends with lines of spaces only, the whole parser must look at it. */
function readLiteral(
  lines: Lines,
  line: Line,
  { rest, indent }: { readonly rest: string; readonly indent: number },
): string {
  if (rest !== '|' && rest !== '|-') throw new NotPlain()
  const first = line.number + 1
  const depth = indentOf(lines.raw[first] ?? '')
  if (depth <= indent || depth === lines.raw[first]?.length) throw new NotPlain()
  let end = first
  while (end < lines.raw.length && belongsTo(lines.raw[end] ?? '', depth, indent)) end += 1
  // the last line of a file without a line break at its end is another case again
  if (end === lines.raw.length) throw new NotPlain()
  const content = lines.raw.slice(first, end).map((text) => text.slice(depth))
  while (content.at(-1) === '') content.pop()
  if (content.at(-1)?.trim() === '') throw new NotPlain()
  lines.moveTo(end)
  return content.join('\n') + (rest === '|' ? '\n' : '')
}

function belongsTo(line: string, depth: number, indent: number): boolean {
  const found = indentOf(line)
  if (found === line.length) return line === '' || found >= depth
  if (found > indent && found < depth) throw new NotPlain()
  return found >= depth
}

const COMMENT = /(?: +#.*)?$/.source
const DOUBLE_QUOTED = new RegExp(`^("(?:[^"\\\\]|\\\\["\\\\/bfnrt])*")${COMMENT}`)
const SINGLE_QUOTED = new RegExp(`^'((?:[^']|'')*)'${COMMENT}`)
const PLAIN = /^(?:[\w./+$(]|-(?=[^ ]))/
const SIMPLE_NUMBER = /^(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,9})\.\d{0,4}[1-9])$/
/** Whatever is a number in one of the two versions of YAML. */
const LIKE_A_NUMBER =
  /^[-+]?(?:[\d_,]*\.?[\d_]*(?:e[-+]?\d+)?|0(?:x[\da-f_]+|o[0-7_]+|b[01_]+)|\d[\d_]*(?::[0-5]?\d)+\.?\d*|\.(?:inf|nan))$/i

function readScalar(text: string): unknown {
  switch (text[0]) {
    case '"':
      return JSON.parse(DOUBLE_QUOTED.exec(text)?.[1] ?? notPlain()) as unknown
    case "'":
      return (SINGLE_QUOTED.exec(text)?.[1] ?? notPlain()).replaceAll("''", "'")
    case '[':
    case '{':
      return readFlow(text)
    default:
      return readPlainScalar(text)
  }
}

function readPlainScalar(text: string): unknown {
  const comment = text.indexOf(' #')
  const scalar = comment === -1 ? text : text.slice(0, comment).trimEnd()
  if (!PLAIN.test(scalar) || scalar.includes(': ') || scalar.endsWith(':')) return notPlain()
  if (scalar === 'true') return true
  if (scalar === 'false') return false
  if (scalar === 'null') return null
  if (SIMPLE_NUMBER.test(scalar)) return Number(scalar)
  return RESERVED.test(scalar) || LIKE_A_NUMBER.test(scalar) ? notPlain() : scalar
}

/** Empty ones, and lists of strings and simple values as JSON has them. */
function readFlow(text: string): unknown {
  if (text === '{}') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return notPlain()
  }
  if (!Array.isArray(value) || text.includes('\\')) return notPlain()
  // a number that is not written as the shortest integer is not for us to compare
  return value.every(isSimple) && !/[-.eE+]\d|\d[.eE]/.test(text.replaceAll(/"[^"]*"/g, ''))
    ? value
    : notPlain()
}

function isSimple(item: unknown): boolean {
  return typeof item === 'string' || typeof item === 'boolean' || Number.isSafeInteger(item)
}

function notPlain(): never {
  throw new NotPlain()
}
