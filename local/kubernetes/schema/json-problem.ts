/**
 * What Go's parser says of text that is no JSON: the first character that does not fit, and where it stands.
 *
 * @returns Empty for valid JSON.
 * @see https://github.com/golang/go/blob/master/src/encoding/json/scanner.go
 */
export function jsonProblem(text: string): string {
  const cursor: Cursor = { bytes: Buffer.from(text), at: 0 }
  try {
    value(cursor)
    skipSpace(cursor)
    return isAtEnd(cursor) ? '' : wrong(cursor, 'after top-level value').message
  } catch (error) {
    if (error instanceof JsonProblem) return error.message
    throw error
  }
}

class JsonProblem extends Error {
  override readonly name = 'JsonProblem'
}

interface Cursor {
  readonly bytes: Buffer
  at: number
}

function value(cursor: Cursor): void {
  const first = token(cursor)
  if (first === '{') object(cursor)
  else if (first === '[') array(cursor)
  else if (first === '"') string(cursor)
  else if (/[-\d]/.test(first)) number(cursor)
  else literal(cursor, first)
}

function object(cursor: Cursor): void {
  cursor.at += 1
  if (token(cursor) === '}') return step(cursor)
  for (;;) {
    if (token(cursor) !== '"') throw wrong(cursor, 'looking for beginning of object key string')
    string(cursor)
    if (token(cursor) !== ':') throw wrong(cursor, 'after object key')
    cursor.at += 1
    value(cursor)
    const next = token(cursor)
    if (next === '}') return step(cursor)
    if (next !== ',') throw wrong(cursor, 'after object key:value pair')
    cursor.at += 1
  }
}

function array(cursor: Cursor): void {
  cursor.at += 1
  if (token(cursor) === ']') return step(cursor)
  for (;;) {
    value(cursor)
    const next = token(cursor)
    if (next === ']') return step(cursor)
    if (next !== ',') throw wrong(cursor, 'after array element')
    cursor.at += 1
  }
}

function string(cursor: Cursor): void {
  for (cursor.at += 1; !isAtEnd(cursor); cursor.at += 1) {
    const character = current(cursor)
    if (character === '"') return step(cursor)
    if (character < ' ') throw wrong(cursor, 'in string literal')
    if (character === '\\') escape(cursor)
  }
  throw ended()
}

function escape(cursor: Cursor): void {
  cursor.at += 1
  if (!'bfnrt\\/"u'.includes(current(cursor))) throw wrong(cursor, 'in string escape code')
  if (current(cursor) !== 'u') return
  for (let digit = 0; digit < 4; digit += 1) {
    cursor.at += 1
    if (!/[\da-fA-F]/.test(current(cursor)))
      throw wrong(cursor, String.raw`in \u hexadecimal character escape`)
  }
}

function number(cursor: Cursor): void {
  if (current(cursor) === '-') cursor.at += 1
  if (current(cursor) === '0') cursor.at += 1
  else digits(cursor, 'in numeric literal')
  if (current(cursor) === '.') {
    cursor.at += 1
    digits(cursor, 'after decimal point in numeric literal')
  }
  if (!/[eE]/.test(current(cursor))) return
  cursor.at += 1
  if (/[-+]/.test(current(cursor))) cursor.at += 1
  digits(cursor, 'in exponent of numeric literal')
}

function digits(cursor: Cursor, where: string): void {
  if (!/\d/.test(current(cursor))) throw wrong(cursor, where)
  while (/\d/.test(current(cursor))) cursor.at += 1
}

function literal(cursor: Cursor, first: string): void {
  const word = ['true', 'false', 'null'].find((one) => one.startsWith(first))
  if (word === undefined) throw wrong(cursor, 'looking for beginning of value')
  for (const letter of word) {
    if (current(cursor) !== letter)
      throw wrong(cursor, `in literal ${word} (expecting '${letter}')`)
    cursor.at += 1
  }
}

/** The next character that is no space. */
function token(cursor: Cursor): string {
  skipSpace(cursor)
  if (isAtEnd(cursor)) throw ended()
  return current(cursor)
}

function skipSpace(cursor: Cursor): void {
  while (!isAtEnd(cursor) && ' \t\r\n'.includes(current(cursor))) cursor.at += 1
}

/** Go's parser looks at bytes, and takes the end of the text for a space. */
function current({ bytes, at }: Cursor): string {
  return String.fromCodePoint(bytes[at] ?? 0x20)
}

function isAtEnd({ bytes, at }: Cursor): boolean {
  return at >= bytes.length
}

function step(cursor: Cursor): void {
  cursor.at += 1
}

function ended(): JsonProblem {
  return new JsonProblem('unexpected end of JSON input')
}

function wrong(cursor: Cursor, where: string): JsonProblem {
  const quoted = JSON.stringify(current(cursor)).slice(1, -1)
  const shown = quoted === "'" ? String.raw`\'` : quoted === String.raw`\"` ? '"' : quoted
  return new JsonProblem(`invalid character '${shown}' ${where}`)
}
