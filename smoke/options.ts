import { Command, CommanderError, Option } from 'commander'
import { SmokeError } from './smoke-error.ts'

export interface SmokeOptions {
  readonly context: string
  /** Of a cluster that was made for the run; otherwise kubectl's own rules hold. */
  readonly kubeconfig?: string
  /** How the images get there, as it was typed: see `loadOf`. */
  readonly load?: string
  readonly image?: string
  readonly platformImage?: string
  /** Absent: the emulator if its image is in the engine already, else the embedded store. */
  readonly store?: 'embedded' | 'emulator'
  readonly realWebhook: boolean
  /** File with the published manifest of the webhook, where its chart cannot be fetched. */
  readonly realWebhookManifest?: string
  readonly keep: boolean
  readonly reuse: boolean
  readonly remove: boolean
}

/** Options of a run on a kind cluster of its own. */
export interface KindOptions extends Omit<SmokeOptions, 'context' | 'kubeconfig' | 'load'> {
  readonly name: string
  /** Another node image than that of `kind-config.yaml`. */
  readonly nodeImage?: string
}

/** What a command line asks for; `help` if it only asked how to ask. */
export type Asked<T> = T | 'help'

type Env = Readonly<Record<string, string | undefined>>

interface Raw {
  readonly context?: string
  readonly load?: string
  readonly name: string
  readonly image?: string
  readonly platformImage?: string
  readonly store?: 'embedded' | 'emulator'
  readonly realWebhook?: boolean
  readonly realWebhookManifest?: string
  readonly keep?: boolean
  readonly reuse?: boolean
  readonly remove?: boolean
}

/** @throws {SmokeError} `ERR_USAGE` */
export function parseSmokeArguments(
  args: readonly string[],
  env: Env,
  write: (text: string) => void,
): Asked<SmokeOptions> {
  const command = common(new Command('npm run smoke --'), write)
    .description(
      'Proves the whole chain on a cluster: platform, worker, refusals; then removes everything',
    )
    .requiredOption('--context <name>', 'context of the kubeconfig; no other cluster is touched')
    .option(
      '--load <way>',
      'how the images get there: kind, docker (the cluster uses this engine), or a COMMAND that reads an image archive from stdin',
    )
  const raw = parse(command, args)
  if (raw === 'help') return raw
  const { context = '', load } = raw
  return { context, ...(load === undefined ? {} : { load }), ...shared(raw, env) }
}

/** @throws {SmokeError} `ERR_USAGE` */
export function parseKindArguments(
  args: readonly string[],
  env: Env,
  write: (text: string) => void,
): Asked<KindOptions> {
  const command = common(new Command('npm run smoke:kind --'), write)
    .description('The smoke test on a kind cluster that it makes, and deletes afterwards')
    .option('--name <name>', 'name of the kind cluster', 'keyless-smoke')
  const raw = parse(command, args)
  if (raw === 'help') return raw
  if (!/^[a-z0-9][a-z0-9.-]{0,40}$/.test(raw.name)) {
    throw new SmokeError(
      'ERR_USAGE',
      `--name ${raw.name}: expected small letters, digits, dots and dashes`,
      { hint: 'npm run smoke:kind -- --name my-smoke' },
    )
  }
  const nodeImage = env['KIND_NODE_IMAGE']
  return { name: raw.name, ...(nodeImage ? { nodeImage } : {}), ...shared(raw, env) }
}

function common(command: Command, write: (text: string) => void): Command {
  return command
    .option('--image <name>', 'image of the worker that the cluster can get; then it is not built')
    .option('--platform-image <name>', 'the same for the image of the stand-ins')
    .addOption(
      new Option('--store <store>', 'what keeps the items').choices(['embedded', 'emulator']),
    )
    .option(
      '--real-webhook',
      'the upstream azure-workload-identity webhook instead of the stand-in',
    )
    .option('--real-webhook-manifest <file>', 'install it from this file instead of its chart')
    .option('--keep', 'leave everything there at the end, and say what')
    .option('--reuse', 'go on with what an earlier run left there')
    .option('--remove', 'only remove what an earlier run left there')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} })
}

function parse(command: Command, args: readonly string[]): Raw | 'help' {
  try {
    return command.parse(args, { from: 'user' }).opts<Raw>()
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 'help'
    throw new SmokeError('ERR_USAGE', error.message.replace(/^error: /, ''), {
      hint: `${command.name()} --help tells what it takes`,
      cause: error,
    })
  }
}

function shared(raw: Raw, env: Env) {
  const manifest = raw.realWebhookManifest ?? env['REAL_WEBHOOK_MANIFEST']
  const { keep = false, reuse = false, remove = false } = raw
  if (remove && (keep || reuse)) {
    const other = keep ? '--keep' : '--reuse'
    throw new SmokeError('ERR_USAGE', `--remove: not together with ${other}`, {
      hint: `leave out --remove to run, or ${other} to remove what is left`,
    })
  }
  return {
    ...(raw.image === undefined ? {} : { image: raw.image }),
    ...(raw.platformImage === undefined ? {} : { platformImage: raw.platformImage }),
    ...(raw.store === undefined ? {} : { store: raw.store }),
    realWebhook: raw.realWebhook === true || raw.realWebhookManifest !== undefined,
    ...(manifest ? { realWebhookManifest: manifest } : {}),
    keep,
    reuse,
    remove,
  }
}
