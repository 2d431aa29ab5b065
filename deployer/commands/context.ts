import type { KubeObject } from '../core/object.ts'
import type { Report } from '../report/events.ts'

/** What every command gets beside its options. */
export interface CommandContext {
  readonly report: Report
  /** Shows Secrets to the report, which then masks their values wherever they turn up. */
  readonly conceal: (objects: readonly KubeObject[]) => void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where relative paths of the command line start. */
  readonly cwd: string
  /** The folder that holds `manifests/`. */
  readonly root: string
  readonly now: () => number
  /** Asks the person at the terminal; absent where nobody is there. */
  readonly ask?: (question: string) => Promise<boolean>
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
}

/** Options every command knows. */
export interface CommonOptions {
  /** Name of a file in `manifests/environments/` without ending, or a path. */
  readonly env: string
  /** Must be the environment's, if it is given at all. */
  readonly context?: string
  /** Another folder of Kubernetes YAML instead of ours. */
  readonly manifests?: string
  /** With the healer that runs in the cluster (`manifests/heal/`). */
  readonly heal?: boolean
}

/** What a deploy may take from others. */
export interface Takeovers {
  /** Objects that exist and belong to nobody. */
  readonly adopt?: boolean
  /** Fields that other programs own. */
  readonly forceConflicts?: boolean
  /** The place of all that is deployed under the same name. */
  readonly replaceAll?: boolean
}
