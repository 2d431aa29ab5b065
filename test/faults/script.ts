import { createHash } from 'node:crypto'

/** What can go wrong at one request. */
export type Fault =
  | '429 with Retry-After'
  | '500'
  | 'reset before the server'
  | 'reset after the server'
  | 'slow answer'
  | '401 once'
  | 'watch cut'
  | 'watch answered with 410'
  | '410 in the watch'

/** What happens once in a run, at one request. */
export type Incident = 'conflicting write' | 'API server restart' | 'SIGINT' | 'SIGKILL' | 'outage'

/** What the deployer is doing while it happens. */
export const STORIES = ['first deploy', 'change', 'prune', 'destroy'] as const
export type Story = (typeof STORIES)[number]

/** One request as the proxy sees it. */
export interface Seen {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly isWatch: boolean
  /** How often this method and path was asked before, in this run. */
  readonly before: number
}

/** All that goes wrong in one run. */
export interface Script {
  readonly story: Story
  readonly incident?: {
    readonly kind: Incident
    /** At which request, from 1; a conflicting write waits for the write it is in conflict with. */
    readonly step: number
  }
  fault(seen: Seen): Fault | undefined
}

const INCIDENTS: readonly (Incident | undefined)[] = [
  'SIGINT',
  'SIGKILL',
  'API server restart',
  'conflicting write',
  undefined,
]
/** About as many requests as the longest story sends. */
const STEPS = 24
const OUTAGE_EVERY = 40
const RATE = 0.15
/** A request that is asked again this often gets its answer: the deployer tries five times. */
const MAX_FAULTS_OF_ONE_REQUEST = 2

const ANY: readonly Fault[] = ['429 with Retry-After', '500', 'reset before the server', '401 once']
const ANSWERED: readonly Fault[] = [...ANY, 'reset after the server', 'slow answer']
const WATCHED: readonly Fault[] = [...ANY, 'watch answered with 410', '410 in the watch']

/**
 * The script of a seed, always the same: each request's fate hangs on the seed, its path and how often it was asked,
 * and not on the order in which requests that are sent side by side happen to arrive.
 */
export function scriptOf(seed: number): Script {
  const story = STORIES[seed % STORIES.length] ?? 'first deploy'
  const drawn = INCIDENTS[Math.floor(seed / STORIES.length) % INCIDENTS.length]
  const kind = seed % OUTAGE_EVERY === OUTAGE_EVERY - 1 ? 'outage' : possible(drawn, story)
  const step = 1 + Math.floor(roll(seed, 'step') * STEPS)
  const cutsWatches = roll(seed, 'watches') < 0.5
  return {
    story,
    ...(kind === undefined ? {} : { incident: { kind, step } }),
    fault: (seen) => {
      const { method, path, isWatch, before } = seen
      const key = `${method} ${path} ${isWatch} ${before}`
      if (before < MAX_FAULTS_OF_ONE_REQUEST && roll(seed, key) < RATE) {
        const faults = isWatch ? WATCHED : ANSWERED
        const fault = faults[Math.floor(roll(seed, `${key} which`) * faults.length)]
        if (fault !== '401 once' || before === 0) return fault
      }
      return isWatch && cutsWatches ? 'watch cut' : undefined
    },
  }
}

/** Only a change writes what somebody else can have edited: the other stories create it, leave it alone or delete it. */
function possible(drawn: Incident | undefined, story: Story): Incident | undefined {
  return drawn === 'conflicting write' && story !== 'change' ? undefined : drawn
}

/** A number from 0 up to 1 that looks random and is always the same for the same words. */
function roll(seed: number, words: string): number {
  return createHash('sha256').update(`${seed} ${words}`).digest().readUInt32BE() / 2 ** 32
}
