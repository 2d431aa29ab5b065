import { join } from 'node:path'
import { runProgram } from './program.ts'
import type { Ended } from './program.ts'
import { SmokeError } from './smoke-error.ts'
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
  if (output === 'show') voice.command(['npm', 'run', command, '--', ...args])
  return runProgram([process.execPath, join('deployer', 'main.ts'), command, ...args], {
    signal,
    env,
    output,
  })
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

function hold({ code }: Ended, command: Command, what: string): void {
  if (code === 0) return
  throw new SmokeError('ERR_PROGRAM', `${what}: ${command} ended with exit code ${code}`, {
    hint: 'the deployer has told why, above',
    ...(code === null ? {} : { exitCode: code }),
  })
}
