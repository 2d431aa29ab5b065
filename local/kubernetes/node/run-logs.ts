import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ContainerLog, readStored } from './container-log.ts'
import type { LogOptions } from './logs.ts'
import { FALLBACK_LINES } from './termination.ts'

const LAST_LINES: LogOptions = {
  follow: false,
  previous: false,
  timestamps: false,
  tailLines: FALLBACK_LINES,
}

/** The logs of a container's runs, one file for each, numbered by restart; besides the newest, one more is kept. */
export class RunLogs {
  readonly #directory: string
  readonly #now: () => number
  #current: ContainerLog | undefined

  constructor(directory: string, now: () => number) {
    this.#directory = directory
    this.#now = now
  }

  /** Begins the log of a run; the directory must be there. */
  async begin(restartCount: number): Promise<ContainerLog> {
    const old = this.#path(restartCount - 2)
    await Promise.all([old, `${old}.1`].map((path) => rm(path, { force: true })))
    this.#current = new ContainerLog(this.#path(restartCount), this.#now)
    return this.#current
  }

  /** Whether the file is there: after a restart of the node in another directory it is not. */
  has(restartCount: number): boolean {
    return existsSync(this.#path(restartCount))
  }

  read(restartCount: number, options: LogOptions, signal: AbortSignal): AsyncGenerator<string> {
    const path = this.#path(restartCount)
    if (this.#current?.path === path) return this.#current.read(options, signal)
    return readStored(path, options)
  }

  /** What stands in for a missing termination message; empty if somebody removed the log. */
  async lastLines(): Promise<string> {
    if (this.#current === undefined) return ''
    let text = ''
    try {
      for await (const part of readStored(this.#current.path, LAST_LINES)) text += part
    } catch {
      return ''
    }
    return text
  }

  #path(restartCount: number): string {
    return join(this.#directory, `${restartCount}.log`)
  }
}
