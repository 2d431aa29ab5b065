import { textAt } from './object.ts'
import { parsedLine } from './parsed-line.ts'

/** What one line of a worker's log tells somebody who waits for it. */
export interface Heard {
  /** Which link of the chain is tried again, and why. */
  readonly reason?: string
  /** What to do, if it is not a matter of time. */
  readonly fix?: string
}

/** `3/7 exchange     wait  AADSTS700213  no such …; perhaps still propagating  attempt=1  next_in=0.8s` */
const TEXT = /^\d\/\d (.{12}) wait {2}(.*?)(?: {2}attempt=.*)?$/
const TEXT_FIX = /^ {2}fix +(.*)$/

/** Reads a line in either of the worker's formats; any other program's line tells nothing. */
export function heardIn(line: string): Heard {
  if (line.startsWith('{')) return heardInJson(line)
  const fix = TEXT_FIX.exec(line)?.[1]
  if (fix !== undefined) return { fix }
  const [, step, said] = TEXT.exec(line) ?? []
  if (step === undefined || said === undefined) return {}
  return { reason: `${step.trim()}: ${said.replaceAll(/ {2,}/g, ' ')}` }
}

function heardInJson(line: string): Heard {
  const event = parsedLine(line)
  if (textAt(event, 'status') !== 'wait') return {}
  const [step, code, message, fix] = ['step', 'code', 'message', 'fix'].map((key) =>
    textAt(event, key),
  )
  const reason = [step && `${step}:`, code, message].filter(Boolean).join(' ')
  return { reason, ...(fix === undefined ? {} : { fix }) }
}
