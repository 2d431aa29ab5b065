import { docker } from '../../scripts/container-engine.ts'
import { fromEngine } from '../engine-error.ts'
import { allOf } from '../all-of.ts'
import { needProgram } from '../program.ts'
import { SmokeError } from '../smoke-error.ts'
import { needKubectl } from '../stage.ts'

interface ToolsAsked {
  readonly docker: boolean
  readonly kind: boolean
  /** Looked for here only by a run whose cluster is not there yet. */
  readonly kubectl?: true
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/** A program that tells its version needs no longer. */
const TOOL_MS = 15_000

/**
 * Looks for the programs a run needs, all of them before it complains about any.
 *
 * @returns One phrase per program, with its version.
 * @throws {SmokeError} `ERR_TOOL_MISSING` or `ERR_ENGINE`, or an `AggregateError` of several.
 */
export async function checkTools(asked: ToolsAsked): Promise<readonly string[]> {
  const said = await allOf(
    ...(asked.docker ? [checkEngine(asked)] : []),
    ...(asked.kind ? [checkKind(asked)] : []),
    ...(asked.kubectl ? [checkKubectl()] : []),
  )
  return said.filter(Boolean)
}

async function checkKubectl(): Promise<string> {
  await needKubectl()
  return ''
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
