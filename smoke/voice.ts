import { styleText } from 'node:util'

/** How the smoke test speaks: everything it says is its product, so everything goes to stdout. */
export interface Voice {
  /** Starts a chapter. */
  readonly say: (sentence: string) => void
  /** One indented line of a chapter. */
  readonly tell: (line: string) => void
  /** A command that is run, as a user would type it. */
  readonly command: (words: readonly string[]) => void
  /** Lines of others, as they are. */
  readonly print: (text: string) => void
}

/** @param write Receives whole lines. */
export function createVoice(write: (text: string) => void): Voice {
  return {
    say: (sentence) => write(`\n${styleText('bold', sentence)}\n`),
    tell: (line) => write(`  ${line}\n`),
    command: (words) => write(styleText('dim', `$ ${words.map(quoted).join(' ')}\n`)),
    print: write,
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
