export interface BenchOptions {
  readonly rounds: number
  /** The smallest run that still shows something. */
  readonly quick: boolean
  /** For builds and other files of one run. */
  readonly directory: string
}

export interface Report {
  /** For people. */
  readonly table: string
  /** For programs. */
  readonly numbers: Readonly<Record<string, number>>
  /** For programs, when a benchmark is asked for alone: printed instead of `numbers`. */
  readonly document?: object
}
