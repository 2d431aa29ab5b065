import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { SmokeError } from './smoke-error.ts'

/** How a program ended; `code` is null when a signal ended it. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  /** Asks the program to end as Ctrl-C would; `runProgram` then waits until it has. */
  readonly signal: AbortSignal
  readonly env?: NodeJS.ProcessEnv
  /** What it reads from its standard input; nothing unless given. */
  readonly input?: string
  /** Called with all it prints, as it comes; both of its streams are then one, in their order: `stdout` of the result. */
  readonly show?: (text: string) => void
  /** Asked to end after this long; the result has then `code: null`. */
  readonly timeoutMs?: number
}

/** How long a program may take to end after it was asked. */
const GRACE_MS = 20_000

/**
 * Runs a program to its end, whatever its exit code.
 *
 * @throws {SmokeError} `ERR_TOOL_MISSING` if there is no such program.
 * @throws The signal's reason, once the program has ended, if it was aborted.
 */
export async function runProgram(
  [file, ...args]: readonly [string, ...string[]],
  options: ProgramOptions,
): Promise<Ended> {
  const { signal } = options
  signal.throwIfAborted()
  const child = spawnInOwnGroup(file, args, options)
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
      options.show?.(text)
    })
  }
  child.stdin?.on('error', () => {}) // a program that does not read its input may be gone first
  child.stdin?.end(options.input ?? '')
  const code = await endOf(child, file, options)
  signal.throwIfAborted()
  return { code, ...printed }
}

/**
 * As `runProgram`, for a program whose failure is the end of the story.
 *
 * @param what Subject of the message: "kind load".
 * @returns What it printed on stdout.
 * @throws {SmokeError} `ERR_PROGRAM` with the last lines it printed on stderr.
 */
export async function needProgram(
  command: readonly [string, ...string[]],
  options: ProgramOptions & { readonly what: string; readonly hint?: string },
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(command, options)
  if (code === 0) return stdout
  const reason = lastLines(stderr === '' ? stdout : stderr)
  throw new SmokeError(
    'ERR_PROGRAM',
    `${options.what}: exit code ${code ?? 'by signal'}${reason === '' ? '' : `: ${reason}`}`,
    options.hint === undefined ? {} : { hint: options.hint },
  )
}

/** The last lines that say something, on one line. */
export function lastLines(text: string, count = 3): string {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.filter(Boolean).slice(-count).join(' | ').slice(0, 600)
}

/**
 * Starts a program as the leader of a process group of its own: a terminal sends Ctrl-C to its whole group, and which
 * program ends when is ours to decide (a second Ctrl-C must not kill the clean-up's programs).
 */
export function spawnInOwnGroup(
  file: string,
  args: readonly string[],
  { env = process.env, show }: Pick<ProgramOptions, 'env' | 'show'>,
): ChildProcess {
  const command = show ? [...BOTH_AS_ONE, file, ...args] : [file, ...args]
  const [program = file, ...words] = command
  return spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'], env, detached: true })
}

/** Two pipes would lose the order of what is printed. */
const BOTH_AS_ONE = ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh']

/** Sends a signal to a program and to all it has started. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // it ended in between
  }
}

async function endOf(
  child: ChildProcess,
  file: string,
  { signal, timeoutMs }: ProgramOptions,
): Promise<number | null> {
  let insist: NodeJS.Timeout | undefined
  const stop = () => {
    signalGroup(child, 'SIGINT')
    insist ??= setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS)
  }
  const limit = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await new Promise<number | null>((resolve, reject) => {
      child.once('error', (cause) => reject(missing(file, cause)))
      child.once('close', (code) => resolve(code))
    })
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(limit)
    clearTimeout(insist)
  }
}

function missing(file: string, cause: NodeJS.ErrnoException): SmokeError {
  return new SmokeError(
    'ERR_TOOL_MISSING',
    cause.code === 'ENOENT'
      ? `${file}: there is no such program on PATH`
      : `${file}: ${cause.message}`,
    { cause },
  )
}
