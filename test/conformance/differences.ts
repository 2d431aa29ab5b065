/** A known difference, with the reason why it stays. */
export interface Explained {
  /** Names of cases it is known from. */
  readonly cases: RegExp
  /** Paths of differences, as `run.ts` prints them. */
  readonly paths: RegExp
  readonly reason: string
}

/** Every difference that is meant to be there. All of them are in docs/parity/kubernetes.md too. */
export const EXPLAINED: readonly Explained[] = []
