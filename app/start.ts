import { writeFileSync } from 'node:fs'
import type { ExitCode } from './exit-codes.ts'
import { writeEveryInterval } from './interval.ts'
import { createLog, safe } from './log.ts'
import type { Log } from './log.ts'
import { failed, reportFailure, success, terminationMessage } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Clock, Run } from './run.ts'
import { logFormat, parseSettings } from './settings.ts'
import type { Environment, Settings } from './settings.ts'
import { VERSION } from './version.ts'
import { signIn, writeOne } from './worker.ts'

/** Everything the worker takes from the process it runs in. */
export interface World {
  readonly env: Environment
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  /** Receives whole lines. */
  readonly write: (text: string) => void
}

/**
 * One life of the worker, from its settings to its last line. Never throws: whatever happens is a line, a
 * termination message and an exit code.
 */
export async function start(world: World): Promise<ExitCode> {
  const { env, clock, write } = world
  const startedAt = clock.now()
  const log = createLog({ format: logFormat(env), write, now: clock.now })
  const outcome = await live(world, log).catch((error: unknown) => {
    reportFailure(log, error)
    return failed(error)
  })
  leaveVerdict(env, outcome, log)
  const { exitCode, summary, id } = outcome
  log({
    status: exitCode === 0 ? 'done' : 'fail',
    message: summary,
    facts: { id, took: `${((clock.now() - startedAt) / 1000).toFixed(2)}s`, exit: exitCode },
  })
  return exitCode
}

async function live(world: World, log: Log): Promise<Outcome> {
  const settings = parseSettings(world.env)
  const { schedule } = settings
  log({ status: 'start', message: VERSION, facts: { ...podFacts(settings), mode: schedule.mode } })
  const deadlineAt = world.clock.now() + settings.deadlineMs
  const run: Run = { ...world, settings, log, deadlineAt }
  if (schedule.mode === 'once') return writeOnce(run)
  const count = await writeEveryInterval(run, schedule)
  return success(`stopped after ${documents(count)} written without a key`)
}

async function writeOnce(run: Run): Promise<Outcome> {
  const store = await signIn(run)
  try {
    const { document, etag } = await writeOne(run, store, 0)
    const what =
      etag === undefined
        ? 'the document of this pod was already there; nothing is written twice'
        : '1 document written without a key'
    return success(what, document.id)
  } finally {
    store.close()
  }
}

function documents(count: number): string {
  return count === 1 ? '1 document' : `${count} documents`
}

function podFacts({ pod }: Settings): Record<string, string> {
  return { pod: `${pod.namespace ?? '?'}/${pod.name ?? pod.uid}`, node: pod.node ?? '?' }
}

/** `kubectl describe pod` and the deployer read it from the pod's status. */
function leaveVerdict(env: Environment, outcome: Outcome, log: Log): void {
  const path = env['TERMINATION_MESSAGE_PATH']
  if (!path) return
  try {
    writeFileSync(path, terminationMessage(outcome))
  } catch (error) {
    log({ status: 'wait', code: 'ERR_TERMINATION_MESSAGE', message: safe(String(error)) })
  }
}
