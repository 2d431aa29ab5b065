import { textAt } from './object.ts'
import { parsedLine } from './parsed-line.ts'

/** What a container said, so that nothing is said twice. */
export interface Told {
  readonly log: readonly string[]
  readonly verdict?: string
}

const FAILED = /\bFAIL\b|"status":"fail"/
const RETRYING = /^\d\/\d .{12} wait\b|"status":"wait"/
/** Lines of evidence that are worth reading; a longer log is one command away. */
const MAX_LINES = 20

/**
 * The log and the termination message of a container that ended, each thing once.
 *
 * A worker that gave up has told of each attempt in the same words as of the end, so the attempts before it are left
 * out. Of its termination message only those lines stay that the log does not hold.
 */
export function told(log: readonly string[], message: string | undefined): Told {
  const shown = withoutAttempts(log).slice(-MAX_LINES)
  const text = shown.map(collapsed).join('\n')
  const verdict = (message ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !text.includes(collapsed(valueOf(line))))
    .join('\n')
  return verdict === '' ? { log: shown } : { log: shown, verdict }
}

const FIX = /^\s*fix(?:: *| {2,})(.*)$/

/** What the container itself says to do, which is more exact than anything that can be said from outside. */
export function fixOf({ log, verdict }: Told): string | undefined {
  const lines = [...log, ...(verdict ?? '').split('\n')]
  return lines
    .flatMap((line) => FIX.exec(line)?.[1] ?? textAt(parsedLine(line), 'fix') ?? [])
    .at(-1)
}

/** A line that is indented belongs to the one above. */
function withoutAttempts(log: readonly string[]): readonly string[] {
  const end = log.findLastIndex((line) => FAILED.test(line))
  let isAttempt = false
  return log.filter((line, index) => {
    if (!/^\s/.test(line)) isAttempt = index < end && RETRYING.test(line)
    return !isAttempt
  })
}

/** `answer: text` of the termination message is `answer  text` in the log. */
function valueOf(line: string): string {
  return /^[a-z]+: (.*)$/.exec(line)?.[1] ?? line
}

function collapsed(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ')
}
