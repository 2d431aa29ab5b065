import { setTimeout as sleep } from 'node:timers/promises'
import { DeployError } from '../core/errors.ts'
import type { KubeObject } from '../core/object.ts'
import { onceMore, pauseMs } from '../core/pace.ts'
import type { Pace } from '../core/pace.ts'
import { lookerAt } from './look.ts'
import type { Found, LookOptions } from './look.ts'

export interface KeeperOptions extends LookOptions {
  readonly now: () => number
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Keeps one object as it was deployed. */
export interface Keeper {
  readonly desired: KubeObject
  /** Tells what a watch saw; undefined if it is not among the objects with our label. */
  see(live: KubeObject | undefined): void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

const RETRY_MS = 500

/** One thing at a time: what is seen while it is busy is looked at afterwards, the latest only. */
export function keeperOf(desired: KubeObject, options: KeeperOptions): Keeper {
  const { now, signal, onWarning } = options
  const look = lookerAt(desired, options)
  let pace: Pace | undefined
  /** What was put back in the present row, each time who or what it was. */
  let row: readonly string[] = []
  /** What was said of the last attempt; '' if it was not refused. */
  let refused = ''
  let seen: { readonly live: KubeObject | undefined } | undefined
  let running: Promise<void> | undefined

  const lookOnce = async (live: KubeObject | undefined) => {
    const found = await look(live)
    if (!found) {
      refused = ''
      return
    }
    const pause = pauseMs(pace, now())
    if (pause > 0) {
      if (refused === '') onWarning(slowingDown(found.subject, row, pause))
      await sleep(pause, undefined, { signal })
      // it may have been put right, or become worse, meanwhile
      const again = await look(undefined)
      if (again) await mend(again)
    } else await mend(found)
  }
  const count = (who: readonly string[]) => {
    pace = onceMore(pace, now())
    row = pace.times === 1 ? who : [...row, ...who]
  }
  const mend = async (found: Found) => {
    const mended = await found.heal()
    refused = ''
    if (mended === 'written') {
      count([found.isGone ? 'deleted' : found.managers.join(' and ') || 'somebody'])
    }
    if (mended !== 'not-leading') return
    // a deploy that held us off is over before we are told to stop: what was seen meanwhile is still to be done
    await sleep(RETRY_MS, undefined, { signal })
    seen ??= { live: undefined }
  }
  const run = async () => {
    while (seen && !signal.aborted) {
      const { live } = seen
      seen = undefined
      try {
        await lookOnce(live)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof DeployError)) throw error
        if (refused !== error.message) onWarning(`${error.message}; trying again`)
        refused = error.message
        count([])
        await sleep(Math.max(RETRY_MS, pauseMs(pace, now())), undefined, { signal })
        seen ??= { live: undefined }
      }
    }
  }
  return {
    desired,
    see: (live) => {
      seen = { live }
      running ??= run()
        .catch((error: unknown) => {
          if (!signal.aborted) options.onError(error)
        })
        .finally(() => {
          running = undefined
        })
    },
    idle: async () => running,
  }
}

/** Only what was put back is counted, and each time to whom it belongs; a refused attempt is none. */
function slowingDown(subject: string, row: readonly string[], pause: number): string {
  const seconds = Math.ceil(pause / 1_000)
  const counts = [...Map.groupBy(row, (who) => who)].map(
    ([who, times]) => `${who} ${times.length === 1 ? 'once' : `${times.length} times`}`,
  )
  const what =
    row.length === 0
      ? 'could not be put back'
      : `put back ${row.length} times in a row (${counts.join(', ')})`
  return `${subject}: ${what}; slowing down, next in ${seconds} s`
}
