import type { ErrorCode } from '../core/errors.ts'
import type { Change } from '../core/changes.ts'
import type { ActionCounts } from '../core/plan.ts'
import type { FailureCause } from '../core/readiness-result.ts'

/** Everything a command says, as data; `text.ts` and `json.ts` are its two voices. */
export type ReportEvent = Said & {
  /** When it was said, as ISO 8601 in UTC; only of a command that stays. */
  readonly time?: string
}

type Said =
  /** Where it goes; before anything is written. */
  | {
      readonly event: 'target'
      readonly doing: string
      readonly environment: string
      readonly context: string
      /** Absolute path, where the environment names one. */
      readonly kubeconfig?: string
      readonly server: string
      readonly namespace: string
    }
  /** Which objects the lines after it are about; a voice that aligns its columns needs to know them before the first. */
  | { readonly event: 'subjects'; readonly subjects: readonly string[] }
  /** `begin`: • what starts now, with its bound. `done`: ✓ what came of it. */
  | { readonly event: 'begin' | 'done'; readonly message: string }
  | { readonly event: 'warning'; readonly message: string }
  /** One line of a plan; `product` if the plan is what was asked for. */
  | {
      readonly event: 'planned'
      readonly subject: string
      readonly action: string
      readonly reason?: string
      /** Others have the same reason, which `plan` tells as well. */
      readonly isShared?: boolean
      readonly changes: readonly Change[]
      readonly product: boolean
    }
  | {
      readonly event: 'plan'
      readonly id: string
      /** How many objects of each action. */
      readonly counts: ActionCounts
      /** Why several objects could not be tried. */
      readonly untried?: readonly Untried[]
    }
  /** What became of an object: created, configured, current, deleted … */
  | {
      readonly event: 'object'
      readonly subject: string
      readonly state: string
      /** What kind of failure, for a script to branch on. */
      readonly cause?: FailureCause
      readonly reason?: string
    }
  | {
      readonly event: 'status'
      readonly subject: string
      readonly state: string
      /** As of `object`. */
      readonly cause?: FailureCause
      readonly reason?: string
      /** What differs from what was deployed, and by whom; absent if nothing does. */
      readonly drift?: string
      readonly age?: string
    }
  /** What heal found and what it did. */
  | {
      readonly event: 'healed'
      readonly subject: string
      readonly did: string
      readonly managers: readonly string[]
      readonly changes: readonly Change[]
    }
  /** Why an object failed: `on` whom it shows, events, last log lines, and the container's own verdict. */
  | {
      readonly event: 'evidence'
      readonly subject: string
      readonly kind: 'on' | 'event' | 'log' | 'verdict'
      readonly text: string
    }
  | { readonly event: 'rendered'; readonly yaml: string; readonly objects: readonly unknown[] }
  | { readonly event: 'log'; readonly pod: string; readonly line: string }
  | { readonly event: 'next'; readonly command: string }
  | {
      readonly event: 'error'
      readonly code: ErrorCode | 'ERR_BUG'
      readonly message: string
      readonly hint?: string
      readonly exitCode: number
      readonly stack?: string
    }

/** A reason that keeps several objects of a plan from being tried. */
export interface Untried {
  readonly reason: string
  readonly count: number
}

/** Takes what a command says. */
export type Report = (event: ReportEvent) => void
