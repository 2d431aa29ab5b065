import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { runProgram } from './program.ts'
import type { Ended } from './program.ts'
import { LOOK_AT_IT, SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'

/** The commands of the deployer that the story uses. */
type Command = 'deploy' | 'destroy' | 'render'

/**
 * Runs the deployer as a user would: the same program for every target.
 *
 * @param args With `--env FILE`.
 * @param output `show` lets it speak, `capture` keeps what it says.
 */
export function runDeployer(
  { voice, signal, env }: Pick<Stage, 'voice' | 'signal' | 'env'>,
  [command, ...args]: readonly [Command, ...string[]],
  output: 'show' | 'capture',
): Promise<Ended> {
  const words = [process.execPath, join('deployer', 'main.ts'), command, ...args] as const
  if (output === 'capture') return runProgram(words, { signal, env })
  voice.command(['npm', 'run', command, '--', ...args])
  // It writes to a pipe, and cannot see that it ends in a terminal
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}
  // Interrupted, it says that what is applied stays: of the run that is not so
  const show = (text: string) => void (signal.aborted || voice.print(text))
  return runProgram(words, { signal, env: { ...env, ...colour }, show })
}

/** As `runDeployer`, when only success lets the story go on; a failure ends it with the deployer's own exit code. */
export async function needDeployer(
  stage: Pick<Stage, 'voice' | 'signal' | 'env'>,
  args: readonly [Command, ...string[]],
  what: string,
): Promise<void> {
  hold(await runDeployer(stage, args, 'show'), args[0], what)
}

/** Destroys a set of objects, and says nothing if there is none; several may be destroyed at the same time, each is told when it is done. */
export async function destroy(
  stage: Pick<Stage, 'voice' | 'signal' | 'env'>,
  args: readonly string[],
  what: string,
): Promise<void> {
  const ended = await runDeployer(stage, ['destroy', ...args], 'capture')
  if (ended.code === 0 && ended.stderr.includes('Nothing to destroy')) return
  stage.voice.command(['npm', 'run', 'destroy', '--', ...args])
  stage.voice.print(`${ended.stdout}${ended.stderr}`)
  hold(ended, 'destroy', what)
}

function hold({ code, stdout, stderr }: Ended, command: Command, what: string): void {
  if (code === 0) return
  const { reason, hint } = lastError(`${stdout}${stderr}`)
  const end = `${command} ended with exit code ${code}`
  const next = code === NOT_READY ? LOOK_AT_IT : hint
  const hints = IMAGE_FAILURE.test(reason) ? [next, IMAGE_HINT] : [next]
  throw new SmokeError('ERR_PROGRAM', `${what}: ${end}${reason === '' ? '' : `: ${reason}`}`, {
    hint: hints.join('\n'),
    ...(code === null ? {} : { exitCode: code }),
  })
}

/** The deployer's exit code: see docs/exit-codes.md. */
const NOT_READY = 3

const IMAGE_FAILURE = /ErrImagePull|ImagePullBackOff|ErrImageNeverPull/
const IMAGE_HINT =
  'in this run: --load says how images that are built here get into the cluster, --image and --platform-image name others'

/** What the deployer said in the end: `✗ MESSAGE`, `    hint  …`, and its code on a line. Told again, because much is printed after it. */
export function lastError(printed: string): { readonly reason: string; readonly hint: string } {
  const lines = stripVTControlCharacters(printed).trimEnd().split('\n')
  const from = lines.findLastIndex((line) => line.startsWith('✗ '))
  const block = from === -1 ? [] : lines.slice(from)
  const end = block.findIndex((line) => /^ {4}hint {2}|^ERR_\w+ \(exit code/.test(line))
  // Of what is not ready the reason is in its own log, told before
  const isNotReady = block.some((line) => line.startsWith('ERR_NOT_READY '))
  const log = isNotReady ? lines.findLast((line) => line.startsWith('    log ')) : undefined
  const hints = block.filter((line) => line.startsWith('    hint  '))
  return {
    reason: [...block.slice(0, end === -1 ? undefined : end), ...(log === undefined ? [] : [log])]
      .join('\n')
      .slice('✗ '.length),
    hint:
      hints.map((line) => line.slice('    hint  '.length)).join('\n') ||
      'change what it names, in this cluster or in the sources, or take another cluster; and run again',
  }
}
