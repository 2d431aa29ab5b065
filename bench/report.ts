export interface BenchOptions {
  readonly rounds: number
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
