import { hostname } from 'node:os'
import { SmokeError } from './smoke-error.ts'
import { createVoice } from './voice.ts'
import type { Voice } from './voice.ts'

/** What a story gets from the process it runs in. */
export interface Teller {
  readonly voice: Voice
  readonly env: NodeJS.ProcessEnv
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
  /** Names this run, and no other, for people. */
  readonly run: string
  /** Begins the clean-up; its signal is aborted by a second Ctrl-C. */
  readonly cleanUpSignal: () => AbortSignal
}

/** Somebody asked the run to end; the reason of an aborted signal. */
class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(by: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`interrupted by ${by}`)
    this.exitCode = 128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[by]
  }
}

/** Signals that arrive within this time are taken for one. */
const SAME_WISH_MS = 1_000

/**
 * Tells a story in this process: its signals, its output, its exit code.
 *
 * The first Ctrl-C ends the story and lets it clean up; the second ends the clean-up too.
 */
export async function runStory(story: (teller: Teller) => Promise<void>): Promise<void> {
  // Whoever reads may be gone (`| head`): what was made is removed all the same
  process.stdout.on('error', () => {})
  const voice = createVoice(
    (text) => void process.stdout.write(text),
    () => performance.now(),
  )
  const [stop, cleanUp] = [new AbortController(), new AbortController()]
  let isCleaningUp = false
  let asked = 0
  let askedAt = 0
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // `timeout` and CI systems signal npm and its children, and npm passes it on: that is one wish, not two
      if (asked > 0 && performance.now() - askedAt < SAME_WISH_MS) return
      askedAt = performance.now()
      asked += 1
      if (asked > 1) {
        voice.print('• Leaving everything as it is; the same command with --remove removes it\n')
        return cleanUp.abort(new Interrupted(name))
      }
      voice.print('\n• Interrupted: ending; again to leave everything as it is\n')
      if (!isCleaningUp) stop.abort(new Interrupted(name))
    })
  }
  const cleanUpSignal = () => {
    isCleaningUp = true
    return cleanUp.signal
  }
  try {
    await story({ voice, env: process.env, signal: stop.signal, run: nameOfRun(), cleanUpSignal })
  } catch (error) {
    process.exitCode = report(voice, error)
  }
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM').removeAllListeners('SIGHUP')
}

function nameOfRun(): string {
  return `process ${process.pid} on ${hostname()}, started ${new Date().toISOString()}`
}

/** Says what went wrong, each thing once, and gives back the exit code. */
function report(voice: Voice, error: unknown): number {
  const all = new Map(single(error).map((one) => [String(one), one]))
  return Math.max(...[...all.values()].map((one) => reportOne(voice, one)))
}

function single(error: unknown): readonly unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(single) : [error]
}

function reportOne(voice: Voice, error: unknown): number {
  if (error instanceof Interrupted) {
    voice.print(`✗ ${error.message}\n`)
    return error.exitCode
  }
  if (!(error instanceof SmokeError)) {
    voice.print(
      `✗ ERR_BUG: this is a bug in the smoke test: ${error instanceof Error ? error.stack : String(error)}\n`,
    )
    return 1
  }
  voice.print(`✗ ${error.code}: ${error.message}\n`)
  for (const line of error.hint?.split('\n') ?? []) voice.tell(`next: ${line}`)
  return error.exitCode
}
