import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { CommandContext, CommonOptions } from './commands/context.ts'
import { missingDashes, refuseSwallowedOptions } from './commands/npm-options.ts'
import { DeployError, exitCode } from './core/errors.ts'
import { refuseSecretArguments } from './core/pasted-secret.ts'
import { timed } from './report/clock.ts'
import type { Report } from './report/events.ts'
import { jsonReport } from './report/json.ts'
import { textReport } from './report/text.ts'
import { typable } from './report/typable.ts'
import { createVeil } from './report/veil.ts'
import type { Streams } from './report/text.ts'

/** Everything outside that the command line needs; `main.ts` takes it from the process. */
export interface Host extends Omit<CommandContext, 'report' | 'conceal'> {
  readonly streams: Streams
  readonly version: string
}

const DEFAULT_TIMEOUT_SECONDS = 120
/** As client-go's leader election. */
const DEFAULT_LEASE_SECONDS = 15

/**
 * Runs one command line.
 *
 * Commands are imported only when they run, so that `--version` and `--help` need not wait for them.
 *
 * @param args Without the program's name.
 * @returns The exit code.
 */
export async function run(args: readonly string[], host: Host): Promise<number> {
  let code = 0
  const veil = createVeil()
  const voice = typable(isJson(args) ? jsonReport(host.streams.stdout) : textReport(host.streams))
  const report = veil.over(args[0] === 'heal' ? timed(voice, host.now) : voice)
  let verbose = false
  const start = async (
    options: Output,
    command: (context: CommandContext) => Promise<number>,
  ): Promise<void> => {
    verbose = options.verbose === true
    code = await command({ ...host, report, conceal: veil.learn })
  }
  // of a wrong command line; a program reads it as an event instead
  const complain = isJson(args) ? () => undefined : host.streams.stderr
  try {
    refuseSecretArguments(args)
    refuseSwallowedOptions(args, host.env)
    await program(host, start, complain).parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'commander.excessArguments') complain(`${missingDashes(args)}\n`)
      if (error.exitCode === 0) return 0
      if (isJson(args)) reportUsage(error, report)
      return 2
    }
    if (host.signal.aborted) return reportInterrupt(args[0], report)
    const failed = reportError(error, { report, verbose })
    // `plan --exit-code` gives 1 to a difference, so that an error must be above it
    return failed === 1 && args[0] === 'plan' && args.includes('--exit-code') ? 2 : failed
  }
}

/** Also of a command line that is wrong, so that a program learns of it as of everything else. */
function isJson(args: readonly string[]): boolean {
  return args.some(
    (word, index) =>
      word === '--output=json' || (word === '--output' && args[index + 1] === 'json'),
  )
}

function reportUsage({ message }: CommanderError, report: Report): void {
  const said = message.replace(/^error: /, '')
  report({ event: 'error', code: 'ERR_USAGE', message: said, exitCode: 2 })
}

interface Output {
  readonly output: 'text' | 'json'
  readonly verbose?: boolean
}

type Start = (
  options: Output,
  command: (context: CommandContext) => Promise<number>,
) => Promise<void>

function program(host: Host, start: Start, complain: (text: string) => void): Command {
  const root = new Command('keyless-cosmos')
    .description('Puts the keyless worker on a cluster: plan, apply, wait, tell, destroy')
    .version(host.version)
    .exitOverride()
    .configureOutput({ writeOut: host.streams.stdout, writeErr: complain })
    .showHelpAfterError('(see --help)')
  addReading(root, start)
  addDeploying(root, start)
  return root
}

function addReading(root: Command, start: Start): void {
  withHealer(withManifests(common(root, 'render')))
    .description('print the objects as they would be applied')
    .action((options: CommonOptions & Output) =>
      start(options, async (context) =>
        (await import('./commands/render.ts')).render(options, context),
      ),
    )
  withHealer(withManifests(common(root, 'plan')))
    .description('show what a deploy would change; writes nothing')
    .option('--adopt', 'take over objects that exist and belong to nobody')
    .option('--force-conflicts', 'take over fields that other programs own')
    .option('--replace-all', 'prune all that is deployed although nothing of it is kept')
    .option('--exit-code', 'exit with 1 if a deploy would change something')
    .action((options: CommonOptions & Output) =>
      start(options, async (context) =>
        (await import('./commands/plan.ts')).plan(options, context),
      ),
    )
  withHealer(withManifests(common(root, 'status')))
    .description('show the readiness, drift and age of each object')
    .action((options: CommonOptions & Output) =>
      start(options, async (context) =>
        (await import('./commands/status.ts')).status(options, context),
      ),
    )
  common(root, 'logs')
    .description("print the pod's log")
    .argument('[pod]', "name of a pod; without one, the worker's newest")
    .option('-f, --follow', 'go on until the pod ends')
    .option('-p, --previous', 'the run before the last restart')
    .option('-c, --container <name>', 'one container of several')
    .option('--tail <lines>', 'only the last lines', wholeNumber)
    .option('--since <seconds>', 'only lines of the last seconds', wholeNumber)
    .action(
      (pod: string | undefined, options: CommonOptions & Output & { readonly since?: number }) =>
        start(options, async (context) =>
          (await import('./commands/logs.ts')).logs(
            {
              ...options,
              ...(pod === undefined ? {} : { pod }),
              ...(options.since === undefined ? {} : { sinceSeconds: options.since }),
            },
            context,
          ),
        ),
    )
}

function addDeploying(root: Command, start: Start): void {
  withHealer(withManifests(common(root, 'deploy')))
    .description('plan, apply just that, wait until it works')
    .option('--adopt', 'take over objects that exist and belong to nobody')
    .option('--force-conflicts', 'take over fields that other programs own')
    .option('--replace-all', 'prune all that is deployed although nothing of it is kept')
    .option('-f, --follow', "print the pod's log afterwards")
    .addOption(new Option('--no-wait', 'end after the apply').conflicts('follow'))
    .option('-y, --yes', 'do not ask before the first write to a new AKS cluster')
    .option('--timeout <seconds>', 'bound of the wait', wholeNumber, DEFAULT_TIMEOUT_SECONDS)
    .action((options: CommonOptions & Output & { readonly timeout: number }) =>
      start(options, async (context) =>
        (await import('./commands/deploy.ts')).deploy(
          { ...options, timeoutSeconds: options.timeout },
          context,
        ),
      ),
    )
  withManifests(common(root, 'heal'))
    .description('stay, and put back what is edited or deleted')
    .option(
      '--lease <seconds>',
      'how long a leader that died stays leader',
      wholeNumber,
      DEFAULT_LEASE_SECONDS,
    )
    .action((options: CommonOptions & Output & { readonly lease: number }) =>
      start(options, async (context) =>
        (await import('./commands/heal.ts')).heal(
          { ...options, leaseSeconds: options.lease },
          context,
        ),
      ),
    )
  withManifests(common(root, 'destroy'))
    .description('delete what was deployed and nothing else, and wait until it is gone')
    .option('-y, --yes', 'do not ask before deleting from an AKS cluster')
    .option('--replace-all', 'delete all that is deployed although nothing of it is in the folder')
    .option('--timeout <seconds>', 'bound of the wait', wholeNumber, DEFAULT_TIMEOUT_SECONDS)
    .action((options: CommonOptions & Output & { readonly timeout: number }) =>
      start(options, async (context) =>
        (await import('./commands/destroy.ts')).destroy(
          { ...options, timeoutSeconds: options.timeout },
          context,
        ),
      ),
    )
}

function common(root: Command, name: string): Command {
  return root
    .command(name)
    .option('--env <name|path>', 'environment: a name in manifests/environments, or a file', 'aks')
    .option('--context <name>', "refuse to go on if the environment's context is another one")
    .addOption(
      new Option('--output <format>', 'how to speak').choices(['text', 'json']).default('text'),
    )
    .option('--verbose', 'show causes and stack traces')
}

function withManifests(command: Command): Command {
  return command.option('--manifests <dir>', 'another folder of Kubernetes YAML')
}

function withHealer(command: Command): Command {
  return command.option('--heal', 'with the healer that runs in the cluster')
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('Expected a whole number from 1 to 999999.')
}

/** What an interrupted command leaves behind, where it may have written. */
const LEAVES: Readonly<Record<string, string>> = {
  deploy: '; what is applied stays, and the next deploy goes on from there',
  destroy: '; what is deleted is gone, and the next destroy goes on from there',
}

function reportInterrupt(command: string | undefined, report: Report): number {
  const code = exitCode('ERR_INTERRUPTED')
  const message = `Interrupted${LEAVES[command ?? ''] ?? ''}`
  report({ event: 'error', code: 'ERR_INTERRUPTED', message, exitCode: code })
  return code
}

/** Says what went wrong, once, and gives back the exit code. */
function reportError(
  error: unknown,
  { report, verbose }: { readonly report: Report; readonly verbose: boolean },
): number {
  const known = error instanceof DeployError ? error : undefined
  const code = known ? exitCode(known.code) : 1
  report({
    event: 'error',
    code: known?.code ?? 'ERR_BUG',
    message: known?.message ?? `this is a bug in the deployer: ${String(error)}`,
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    exitCode: code,
    ...((verbose || !known) && error instanceof Error ? { stack: stackOf(error) } : {}),
  })
  return code
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
