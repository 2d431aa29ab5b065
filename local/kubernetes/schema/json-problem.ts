/**
 * What Go's parser says of text that is no JSON: the first character that does not fit, and the text in hexadecimal.
 *
 * Only the commonest cases have Go's exact words.
 * @see https://github.com/golang/go/blob/master/src/encoding/json/scanner.go
 */
export function jsonProblem(text: string): string {
  const hex = Buffer.from(text).toString('hex')
  const literal = ['true', 'false', 'null'].find((word) => text.trim().startsWith(word[0] ?? ''))
  if (literal !== undefined) return `${literalProblem(text.trim(), literal)} (${hex})`
  const position = /position (\d+)/.exec(messageOf(text))?.[1]
  if (position === undefined) return `unexpected end of JSON input (${hex})`
  const character = text[Number(position)] ?? ''
  return `invalid character '${character}' looking for beginning of value (${hex})`
}

function literalProblem(text: string, literal: string): string {
  const index = literal.split('').findIndex((letter, at) => text[at] !== letter)
  if (index === -1) return `invalid character '${text[literal.length] ?? ''}' after top-level value`
  if (text[index] === undefined) return 'unexpected end of JSON input'
  return `invalid character '${text[index]}' in literal ${literal} (expecting '${literal[index]}')`
}

function messageOf(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
