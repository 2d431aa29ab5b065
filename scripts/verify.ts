// `npm run verify [-- --env NAME|PATH]`: reads the newest items of the environment's container as you, signed in with
// the Azure CLI: a second identity, which saw nothing of how the worker came in. It writes nothing.
import { existsSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { CosmosClient } from '@azure/cosmos'
import { AzureCliCredential } from '@azure/identity'
import { parseEnvironment } from '../deployer/core/parse-environment.ts'
import type { Environment } from '../deployer/core/environment.ts'
import { DeployError, exitCode } from '../deployer/core/errors.ts'
import type { WrittenItem } from './second-identity.ts'

const SHOWN_ITEMS = 5
/** Without one of ours there is none: the SDK asks a name that does not exist for two minutes, a silent host for hours. */
const TIMEOUT_SECONDS = '30'

interface Failure {
  readonly code?: number | string
  readonly name?: string
  readonly message?: string
}

const HELP = `Usage: npm run verify [-- --env NAME|PATH] [--timeout SECONDS]

Reads the newest items of the environment's container (default: aks) as you, signed in with the Azure CLI. It writes
nothing, and waits for 30 s unless told otherwise. The accounts of targets local and kind know no people: there, npm run demo shows a second identity reading.
`

const SIGN_IN = 'sign in as yourself: az login --tenant <tenant id>'
const GRANT =
  "give yourself the built-in Data Reader role (docs/aks.md, step 9); a new assignment takes some minutes. A message about the firewall means the account's network rules"

// A request that was given up would hold the process for as long as the SDK goes on with it.
process.exit(await main())

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      options: {
        env: { type: 'string', default: 'aks' },
        timeout: { type: 'string', default: TIMEOUT_SECONDS },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      process.stdout.write(HELP)
      return 0
    }

    const timeout = parseTimeout(values.timeout)
    const environment = readEnvironment(values.env)
    const items = await Promise.race([
      newestItems(environment),
      silence(environment, timeout),
    ]).catch((error: unknown) => {
      throw isSignedOut(error) && environment.target !== 'aks'
        ? noPeople(environment, values.env)
        : error
    })
    for (const item of items) process.stdout.write(`${JSON.stringify(shown(item))}\n`)
    process.stderr.write(
      items.length === 0
        ? `✗ no item in ${placeOf(environment)} yet\n`
        : `✓ read by you, without a key, from ${placeOf(environment)}\n`,
    )
    return items.length === 0 ? 1 : 0
  } catch (error) {
    if (error instanceof DeployError) return fail(error.message, error.hint, exitCode(error.code))
    const { code, message = '' } = error as Failure
    if (String(code).startsWith('ERR_PARSE_ARGS')) return fail(message, undefined, 2)
    if (isSignedOut(error)) return fail(message, SIGN_IN, 1)
    if (code === 403) return fail(firstLine(message), GRANT, 1)
    return fail(firstLine(message), undefined, 1)
  }
}

function parseTimeout(value: string): number {
  if (/^[1-9]\d{0,4}$/.test(value)) return Number(value)
  throw new DeployError(
    'ERR_USAGE',
    `--timeout: expected a whole number of seconds from 1, got "${value}"`,
  )
}

async function silence({ cosmos }: Environment, seconds: number): Promise<never> {
  await sleep(seconds * 1000)
  throw new DeployError('ERR_UNREACHABLE', `${cosmos.endpoint} did not answer in ${seconds} s`, {
    hint: "check the endpoint's name, and whether the account's network rules and a proxy let this machine through",
  })
}

function isSignedOut(error: unknown): boolean {
  return /CredentialUnavailable|AuthenticationRequired/.test((error as Failure).name ?? '')
}

function noPeople({ target }: Environment, env: string): DeployError {
  return new DeployError(
    'ERR_USAGE',
    `${env}: nobody can sign in to an account of target ${target}`,
    {
      hint: `it knows the declared identities and no people, so that a sign-in (az login) cannot help; npm run demo shows a second identity reading, npm run logs -- --env ${env} what the worker wrote`,
    },
  )
}

function fail(message: string, hint: string | undefined, code: number): number {
  process.stderr.write(`✗ ${message}\n${hint === undefined ? '' : `    hint  ${hint}\n`}`)
  return code
}

function readEnvironment(env: string): Environment {
  const named = join('manifests', 'environments', `${env}.yaml`)
  const file = existsSync(named) ? named : env
  if (!existsSync(file)) throw new DeployError('ERR_ENVIRONMENT', `no environment "${env}"`)
  const text = readFileSync(file, 'utf8')
  return parseEnvironment({ name: file, text }, basename(file, extname(file)))
}

async function newestItems({ identity, cosmos }: Environment): Promise<readonly WrittenItem[]> {
  const aadCredentials = new AzureCliCredential({ tenantId: identity.tenantId })
  const client = new CosmosClient({ endpoint: cosmos.endpoint, aadCredentials })
  try {
    const query = client
      .database(cosmos.database)
      .container(cosmos.container)
      .items.query<WrittenItem>('SELECT * FROM c ORDER BY c.writtenAt DESC', {
        maxItemCount: SHOWN_ITEMS,
      })
    const items: WrittenItem[] = []
    // A page may be empty though more come: each partition answers for itself.
    while (items.length < SHOWN_ITEMS && query.hasMoreResults()) {
      const { resources } = await query.fetchNext()
      items.push(...(resources ?? []))
    }
    return items.slice(0, SHOWN_ITEMS)
  } finally {
    client.dispose()
  }
}

/** Without the system properties, which tell a reader nothing. */
function shown(item: WrittenItem): object {
  return Object.fromEntries(Object.entries(item).filter(([key]) => !key.startsWith('_')))
}

function placeOf({ cosmos }: Environment): string {
  return `${cosmos.endpoint} ${cosmos.database}/${cosmos.container}`
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message
}
