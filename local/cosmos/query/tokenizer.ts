import { queryError, syntaxError } from './query-error.ts'
import type { Location } from './query-error.ts'

/** One lexical unit of a query. */
export type Token = Location &
  (
    | { readonly kind: 'keyword'; readonly text: string; readonly keyword: string }
    | { readonly kind: 'name' | 'parameter' | 'symbol' | 'end'; readonly text: string }
    | { readonly kind: 'string'; readonly text: string; readonly value: string }
    | { readonly kind: 'number'; readonly text: string; readonly value: number }
  )

/**
 * Words that are no names, not even after a dot: `c.order` is a syntax error, `c["order"]` is not.
 *
 * @see https://learn.microsoft.com/azure/cosmos-db/nosql/query/keywords
 */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'AND ARRAY AS ASC BETWEEN BY CASE CAST CONVERT CROSS DESC DISTINCT ELSE END ESCAPE EXISTS FALSE FOR FROM GROUP ' +
    'HAVING IN INNER INSERT INTO IS JOIN LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER OUTER OVER RIGHT SELECT SET ' +
    'THEN TOP TRUE UDF UNDEFINED UPDATE VALUE WHEN WHERE WITH'
  ).split(' '),
)

const TOKEN =
  /(?<space>\s+|--[^\n]*)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<parameter>@[A-Za-z_][A-Za-z0-9_]*)|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<symbol><=|>=|!=|<>|\|\||\?\?|[-+*/%=<>()[\]{},.:?&|^~])/suy

/**
 * Splits a query into tokens, the last of kind `end`.
 *
 * @throws {Refusal} 400/SC1001 at the first character no token can start with, an open string included.
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let start = 0
  while (start < text.length) {
    TOKEN.lastIndex = start
    const match = TOKEN.exec(text)
    const end = match ? TOKEN.lastIndex : start + 1
    const location = { start, end }
    if (!match) throw syntaxError(text.slice(start, end), location)
    const token = toToken(match, location)
    if (token) tokens.push(token)
    start = end
  }
  return [...tokens, { kind: 'end', text: '', start, end: start }]
}

function toToken({ 0: text, groups = {} }: RegExpExecArray, location: Location): Token | undefined {
  const { word, parameter, number, string, symbol } = groups
  if (word !== undefined) {
    const keyword = word.toUpperCase()
    return KEYWORDS.has(keyword)
      ? { kind: 'keyword', text, keyword, ...location }
      : { kind: 'name', text, ...location }
  }
  if (parameter !== undefined) return { kind: 'parameter', text, ...location }
  if (number !== undefined) return { kind: 'number', text, value: Number(number), ...location }
  if (string !== undefined)
    return { kind: 'string', text, value: unescape(string, location), ...location }
  return symbol === undefined ? undefined : { kind: 'symbol', text, ...location }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

function unescape(quoted: string, location: Location): string {
  return quoted.slice(1, -1).replaceAll(/\\(u[0-9A-Fa-f]{4}|.)/gsu, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    const letter = ESCAPES[escape]
    if (letter === undefined)
      throw queryError('SC1001', `Syntax error, invalid string escape '\\${escape}'.`, location)
    return letter
  })
}
