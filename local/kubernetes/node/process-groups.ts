import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStart } from './process-start.ts'

/** What to start, exactly: nothing of this process's own environment is added. */
export interface ProcessSpec {
  readonly command: string
  readonly args: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  onOutput(stream: 'stdout' | 'stderr', chunk: Buffer): void
}

/** A running program and everything it started. */
export interface RunningProcess {
  /** 0–255; 128 + n if signal n ended it. Resolves when all of its output has been read. */
  readonly exited: Promise<number>
  /** SIGTERM now, SIGKILL to the whole group after `graceMs`; a later, shorter grace counts. */
  stop(graceMs: number): void
}

/** How long output may still come after a program has ended, before its pipes are closed. */
const LAST_OUTPUT_MS = 500

/**
 * Child processes in process groups of their own, so that a container's grandchildren end with it.
 *
 * Each leaves a record in `directory`; one that is found at the next start belongs to a node that died, and its group
 * is ended first.
 */
export class ProcessGroups {
  readonly #directory: string
  readonly #running = new Map<number, Promise<number>>()
  readonly #onExit = () => this.#killAll()

  constructor(directory: string) {
    this.#directory = directory
    process.on('exit', this.#onExit)
  }

  /** @throws the system's error if the program cannot be started. */
  async start(spec: ProcessSpec): Promise<RunningProcess> {
    const child = spawn(spec.command, [...spec.args], {
      cwd: spec.directory,
      env: spec.environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', (chunk: Buffer) => spec.onOutput('stdout', chunk))
    child.stderr.on('data', (chunk: Buffer) => spec.onOutput('stderr', chunk))
    const exited = exitCode(child)
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    const pid = child.pid ?? 0
    this.#remember(pid, exited)
    return { exited, stop: stopper(pid, exited) }
  }

  /** Ends everything that runs and resolves when it is gone. */
  async close(): Promise<void> {
    this.#killAll()
    await Promise.all(this.#running.values())
    process.off('exit', this.#onExit)
  }

  /** Ends what an earlier node left running. */
  async sweep(): Promise<void> {
    for (const name of readdirSync(this.#directory)) {
      const path = join(this.#directory, name)
      const startedAt = Number(readFileSync(path, 'utf8'))
      const pid = Number(name)
      // A process id may have gone to somebody else's program since: only the same start time makes it ours.
      const found = await processStart(pid)
      if (found !== undefined && Math.abs(found - startedAt) < SAME_START_MS)
        killGroup(pid, 'SIGKILL')
      rmSync(path)
    }
  }

  #remember(pid: number, exited: Promise<number>): void {
    const path = join(this.#directory, String(pid))
    writeFileSync(path, String(Date.now()), { mode: 0o600 })
    const gone = exited.then((code) => {
      this.#running.delete(pid)
      rmSync(path, { force: true })
      return code
    })
    this.#running.set(pid, gone)
  }

  #killAll(): void {
    for (const pid of this.#running.keys()) killGroup(pid, 'SIGKILL')
  }
}

/** The system rounds start times to seconds, and counts them from the time of boot, which it rounds as well. */
const SAME_START_MS = 3000

/** Resolves once: when the program ended, its group was killed and its output was read. */
async function exitCode(child: ChildProcess): Promise<number> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const code = await new Promise<number>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']),
    )
    child.once('error', () => resolve(128))
  })
  if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL')
  // A grandchild that left the group may hold the pipes open for ever.
  await Promise.race([closed, sleep(LAST_OUTPUT_MS, undefined, { ref: false })])
  child.stdout?.destroy()
  child.stderr?.destroy()
  return code
}

function stopper(pid: number, exited: Promise<number>): (graceMs: number) => void {
  let timer: NodeJS.Timeout | undefined
  let deadline = Infinity
  void exited.then(() => clearTimeout(timer))
  return (graceMs) => {
    if (deadline === Infinity) killGroup(pid, 'SIGTERM', true)
    if (performance.now() + graceMs >= deadline) return
    deadline = performance.now() + graceMs
    clearTimeout(timer)
    timer = setTimeout(() => killGroup(pid, 'SIGKILL'), graceMs)
  }
}

/** A polite signal goes to the program alone, as a container runtime does it; it decides about its children. */
function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL', isLeaderOnly = false): void {
  try {
    process.kill(isLeaderOnly ? pid : -pid, signal)
  } catch (error) {
    // Nobody is left, or (on macOS) only a zombie is.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
