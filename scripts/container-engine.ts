import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { shellWord } from '../deployer/core/shell-word.ts'

/** The container engine cannot do what was asked; `hint` is the next thing to try. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: 'ERR_ENGINE_MISSING' | 'ERR_ENGINE_STOPPED' | 'ERR_ENGINE' | 'ERR_BASE_IMAGE'
  readonly hint: string

  constructor(
    code: EngineError['code'],
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}

/** How the engine's client is called. */
export interface DockerOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
  /** Called with what the client prints while it works, on either stream. */
  readonly onOutput?: (text: string) => void
}

/**
 * Runs `docker`, found on PATH, to its end: the only place that does.
 *
 * @returns What it printed on stdout, without the last line break.
 * @throws {EngineError} if there is no `docker`, no engine answers it, or it fails; then with its last lines.
 */
export async function docker(
  args: readonly string[],
  options: DockerOptions = {},
): Promise<string> {
  const { env = process.env, signal, onOutput } = options
  const child = spawn('docker', args, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal ? { signal } : {}),
  })
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
      onOutput?.(text)
    })
  }
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    throw isMissing(error) ? missing(error) : error
  })) as [number | null]
  if (code === 0) return printed.stdout.trimEnd()
  throw refused(args.map(shown), code, shown(`${printed.stdout}\n${printed.stderr}`))
}

/** What keeps containers from being built or run here; undefined if an engine answers. */
export async function engineProblem(): Promise<EngineError | undefined> {
  try {
    await docker(['version', '--format', '{{.Server.Version}}'])
    return undefined
  } catch (error) {
    if (error instanceof EngineError) return error
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function missing(cause: unknown): EngineError {
  return new EngineError('ERR_ENGINE_MISSING', 'docker: there is no such program on PATH', {
    hint: 'install Docker (https://docs.docker.com/engine/install) or another engine with a docker command',
    cause,
  })
}

/** @see https://github.com/docker/cli and https://github.com/moby/moby/tree/master/client for the sentences */
const STOPPED =
  /cannot connect to the docker daemon|failed to connect to the docker api|error during connect|permission denied while trying to connect/i
const FORBIDDEN = /permission denied/i

function refused(args: readonly string[], code: number | null, printed: string): EngineError {
  const lines = printed.split('\n').filter((line) => line.trim() !== '')
  const last = lines.slice(-15).join('\n')
  const stopped = lines.find((line) => STOPPED.test(line))
  if (stopped !== undefined) {
    return new EngineError('ERR_ENGINE_STOPPED', `docker: no engine answers\n${stopped}`, {
      hint: FORBIDDEN.test(stopped)
        ? 'let this user in: https://docs.docker.com/engine/install/linux-postinstall'
        : 'start Docker, or name the engine that runs: DOCKER_HOST, or `docker context use NAME`',
    })
  }
  return new EngineError('ERR_ENGINE', `docker ${args[0]}: ended with ${code}\n${last}`, {
    hint: `run it by hand: docker ${args.map(shellWord).join(' ')}`,
  })
}

/** Without the user and password that an address may hold: a mirror's, given to the build. */
function shown(text: string): string {
  return text.replaceAll(/(?<=:\/\/)[^/\s@]+(?=@)/g, '…')
}
