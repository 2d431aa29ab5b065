import type { Environment } from '../core/environment.ts'
import type { ObjectSet } from '../core/ownership.ts'

/** What a command is about, before any manifest is read. */
export interface Subject {
  readonly environment: Environment
  /** Absolute path; relative paths inside the environment start at its folder. */
  readonly environmentFile: string
  readonly set: ObjectSet
}
