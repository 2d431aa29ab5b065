import { setTimeout as sleep } from 'node:timers/promises'
import { safe } from './log.ts'
import { Stopped } from './run.ts'

/**
 * The worker's only contact with its process. Everything it can be told is in the environment: see `settings.ts`;
 * everything it answers is in the log and the exit code: see `exit-codes.ts`.
 */
async function main(): Promise<void> {
  const stop = new AbortController()
  // Before the SDKs are loaded: as process 1 of a container, a signal without a handler is lost.
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => stop.abort(new Stopped(name)))
  }
  const { start } = await import('./start.ts')
  const exitCode = await start({
    env: process.env,
    clock: {
      now: Date.now,
      sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted()),
    },
    random: Math.random,
    signal: stop.signal,
    write: (text) => process.stdout.write(text),
  })
  // An SDK that was given up may still hold a socket open for minutes. Writes to a pipe are done by now.
  process.exit(exitCode)
}

// A rejection nobody waits for ends here too.
process.on('uncaughtException', (error) => {
  process.stdout.write(`FAIL  ERR_BUG  ${safe(String(error))}  exit=70\n`)
  process.exit(70)
})
void main()
