import { docker } from '../../scripts/container-engine.ts'
import { fromEngine } from '../engine-error.ts'
import { needProgram } from '../program.ts'
import { SmokeError } from '../smoke-error.ts'

interface ToolsAsked {
  readonly docker: boolean
  readonly kind: boolean
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/** A program that tells its version needs no longer. */
const TOOL_MS = 15_000

/**
 * Looks for the programs a run needs, all of them before it complains about any.
 *
 * @returns One phrase per program, with its version.
 * @throws {SmokeError} `ERR_TOOL_MISSING` or `ERR_ENGINE`, with how to get each that is missing.
 */
export async function checkTools(asked: ToolsAsked): Promise<readonly string[]> {
  const checks = [
    ...(asked.docker ? [checkEngine(asked)] : []),
    ...(asked.kind ? [checkKind(asked)] : []),
  ]
  const results = await Promise.allSettled(checks)
  asked.signal.throwIfAborted()
  const problems = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  const bug = problems.find((problem) => !(problem instanceof SmokeError))
  if (bug !== undefined) throw bug
  const [first, ...others] = problems as readonly SmokeError[]
  if (first && others.length > 0) throw together([first, ...others])
  if (first) throw first
  return results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

async function checkEngine({ env, signal }: ToolsAsked): Promise<string> {
  const format = '{{.Server.Version}} ({{.Server.Os}}/{{.Server.Arch}})'
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TOOL_MS)])
  const asked = docker(['version', '--format', format], { env, signal: limit })
  try {
    return `docker engine ${await fromEngine(asked, signal)}`
  } catch (cause) {
    if (!limit.aborted || signal.aborted) throw cause
    const message = `docker: the engine does not answer within ${TOOL_MS / 1_000} s`
    throw new SmokeError('ERR_ENGINE', message, {
      hint: 'restart it: docker info tells more',
      cause,
    })
  }
}

async function checkKind({ env, signal }: ToolsAsked): Promise<string> {
  try {
    const what = 'kind version'
    const said = await needProgram(['kind', 'version'], { env, signal, what, timeoutMs: TOOL_MS })
    return said.trim().split(' ').slice(0, 2).join(' ')
  } catch (cause) {
    if (!(cause instanceof SmokeError)) throw cause
    throw new SmokeError('ERR_TOOL_MISSING', cause.message, {
      hint: 'install kind: https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
      cause,
    })
  }
}

function together(problems: readonly [SmokeError, ...SmokeError[]]): SmokeError {
  return new SmokeError(problems[0].code, problems.map(({ message }) => message).join('\n'), {
    hint: problems.map(({ hint }) => hint).join('\n'),
  })
}
