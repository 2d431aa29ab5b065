export interface BenchOptions {
  /** Absent: as many as each benchmark thinks right. */
  readonly rounds?: number | undefined
  /** Parts of a benchmark, by the names it gives them; empty for all. */
  readonly only: readonly string[]
  /** The smallest run that still shows something. */
  readonly quick: boolean
  /** For builds and other files of one run. */
  readonly directory: string
  /** A cluster with the platform up, for the benchmark that needs one. */
  readonly context?: string | undefined
  /** How an image gets there: as for `npm run smoke`. */
  readonly load?: string | undefined
}

export interface Report {
  /** For people. */
  readonly table: string
  /** For programs. */
  readonly numbers: Readonly<Record<string, number>>
  /** For programs, when a benchmark is asked for alone: printed instead of `numbers`. */
  readonly document?: object
}

/** As many as were asked for, or a third of what a benchmark thinks right if it is to be quick. */
export function roundsOf({ rounds, quick }: BenchOptions, usual: number): number {
  return rounds ?? (quick ? Math.ceil(usual / 3) : usual)
}
