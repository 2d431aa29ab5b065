import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/** What a program printed and how it ended; `code` is null when a signal ended it. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A started program: its end, and the process for signals. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves once stdout and stderr contain the text so many times (default 1); rejects if the program ends before. */
  said(text: string, times?: number): Promise<void>
}

/** Everything any program started by a test has printed; the redaction property is checked on it. */
export const everythingPrinted: string[] = []

/** Runs a program to its end. */
export function run(
  command: readonly [string, ...string[]],
  options: {
    readonly env?: NodeJS.ProcessEnv
    readonly cwd?: string
    readonly input?: string
  } = {},
): Promise<Ended> {
  return start(command, options).ended
}

/** Starts a program and keeps what it prints. */
export function start(
  [file, ...args]: readonly [string, ...string[]],
  options: {
    readonly env?: NodeJS.ProcessEnv
    readonly cwd?: string
    readonly input?: string
  } = {},
): Running {
  const child = spawn(file, args, {
    env: options.env ?? process.env,
    ...(options.cwd ? { cwd: options.cwd } : {}),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {}) // a program that does not read its input may be gone first
  child.stdin.end(options.input ?? '')
  const printed = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      everythingPrinted.push(printed.stdout, printed.stderr)
      resolve({ code, signal, ...printed })
    })
  })
  const said = (text: string, times = 1) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if ((printed.stdout + printed.stderr).split(text).length <= times) return
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      ended.then(
        () =>
          reject(new Error(`ended before it said "${text}":\n${printed.stdout}${printed.stderr}`)),
        reject,
      )
      look()
    })
  return { child, ended, said }
}
