import { styleText } from 'node:util'
import { shellWord } from '../deployer/core/shell-word.ts'

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

/**
 * @param write Receives whole lines.
 * @param now Milliseconds since any moment: every chapter says how long after the first word it starts.
 */
export function createVoice(write: (text: string) => void, now: () => number): Voice {
  const started = now()
  const elapsed = () => `${((now() - started) / 1_000).toFixed(1)} s`
  return {
    say: (sentence) =>
      write(`\n${styleText('dim', `[${elapsed()}]`)} ${styleText('bold', sentence)}\n`),
    tell: (line) => write(`  ${line}\n`),
    command: (words) => write(styleText('dim', `$ ${words.map(shellWord).join(' ')}\n`)),
    print: write,
  }
}

/** What can be done with a run that was kept; `again` is its command line without these options. */
export function tellHowToGoOn({ tell }: Voice, again: string): void {
  tell(`${again} --reuse --keep    goes on with it`)
  tell(`${again} --remove          removes it`)
}

/** A command line to be typed again with one of these options instead: which of them it had is left out. */
export function commandLine(start: string, args: readonly string[]): string {
  const kept = args.filter((word) => !['--keep', '--reuse', '--remove'].includes(word))
  return [start, ...kept.map(shellWord)].join(' ')
}
