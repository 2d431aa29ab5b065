import { queryError, syntaxError } from './query-error.ts'
import { tokenize } from './tokenizer.ts'
import type { Token } from './tokenizer.ts'

/** How deep expressions may be nested; each level is a level of recursion here. */
const MAX_DEPTH = 128

/** Reads a query's tokens one after the other. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  readonly #end: Token
  #position = 0
  #depth = 0

  constructor(text: string) {
    this.#tokens = tokenize(text)
    this.#end = { kind: 'end', text: '', start: text.length, end: text.length }
  }

  /** The next token, without taking it. */
  get next(): Token {
    return this.#tokens[this.#position] ?? this.#end
  }

  take(): Token {
    const token = this.next
    this.#position += 1
    return token
  }

  isKeyword(keyword: string): boolean {
    return this.next.kind === 'keyword' && this.next.keyword === keyword
  }

  isSymbol(symbol: string): boolean {
    return this.next.kind === 'symbol' && this.next.text === symbol
  }

  takeKeyword(keyword: string): boolean {
    return this.isKeyword(keyword) && this.take().kind === 'keyword'
  }

  takeSymbol(symbol: string): boolean {
    return this.isSymbol(symbol) && this.take().kind === 'symbol'
  }

  /** @throws {Refusal} 400/SC1001 if something else comes next. */
  expectKeyword(keyword: string): Token {
    return this.isKeyword(keyword) ? this.take() : this.fail()
  }

  /** @throws {Refusal} 400/SC1001 if something else comes next. */
  expectSymbol(symbol: string): Token {
    return this.isSymbol(symbol) ? this.take() : this.fail()
  }

  /** @throws {Refusal} 400/SC1001 if no name comes next. */
  expectName(): Token {
    return this.next.kind === 'name' ? this.take() : this.fail()
  }

  /** @throws {Refusal} 400: the next token is not what any query may have here. */
  fail(): never {
    const { kind, text, start, end } = this.next
    if (kind === 'end')
      throw queryError('SC1002', 'Syntax error, unexpected end-of-file.', { start, end })
    throw syntaxError(text, { start, end })
  }

  /** Runs `read` one level deeper. @throws {Refusal} 400 beyond 128 levels. */
  deeper<T>(read: () => T): T {
    if (this.#depth === MAX_DEPTH) this.fail()
    this.#depth += 1
    const result = read()
    this.#depth -= 1
    return result
  }
}
