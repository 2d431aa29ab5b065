import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from './log.ts'
import { reportFailure } from './outcome.ts'
import { Stopped } from './run.ts'
import { logFormat } from './settings.ts'

/**
 * Of a name with addresses of both families, Node gives up the first after 250 ms. Microsoft's names have both, most pods
 * reach only one, and one lost packet takes a second to be sent again.
 *
 * @see https://github.com/nodejs/node/issues/54359
 */
const CONNECTION_ATTEMPT_MS = 2500

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
  setDefaultAutoSelectFamilyAttemptTimeout(CONNECTION_ATTEMPT_MS)
  const { start } = await import('./start.ts')
  const exitCode = await start({
    env: process.env,
    clock: {
      now: Date.now,
      // Less than nothing is left when a step begins late; Node would warn of it in the log
      sleep: (ms, signal) =>
        sleep(Math.max(0, ms), undefined, { signal }).catch(() => signal.throwIfAborted()),
    },
    random: Math.random,
    signal: stop.signal,
    write,
  })
  // An SDK that was given up may still hold a socket open for minutes. Writes to a pipe are done by now.
  process.exit(exitCode)
}

function write(text: string): void {
  process.stdout.write(text)
}

// A rejection nobody waits for ends here too.
process.on('uncaughtException', (error) => {
  reportFailure(createLog({ format: logFormat(process.env), write, now: Date.now }), error)
  process.exit(70)
})
void main()
