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
  const { code } = await runDeployer(stage, args, 'show')
  if (code === 0) return
  throw new SmokeError('ERR_PROGRAM', `${what}: ${args[0]} ended with exit code ${code}`, {
    hint: 'the deployer has told why, above',
    ...(code === null ? {} : { exitCode: code }),
  })
}
