import { WorkerError } from './worker-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Who is writing; the kubelet tells it through the downward API. */
export interface Pod {
  readonly uid: string
  readonly name?: string
  readonly namespace?: string
  readonly serviceAccount?: string
  readonly node?: string
}

export interface Settings {
  /** `https://HOST[:PORT]/` */
  readonly endpoint: string
  readonly database: string
  readonly container: string
  readonly documentName: string
  readonly schedule:
    | { readonly mode: 'once' }
    | {
        readonly mode: 'interval'
        readonly intervalMs: number
        readonly healthHost: string
        readonly healthPort: number
      }
  /** How long the worker tries to write one document before it gives up. */
  readonly deadlineMs: number
  readonly pod: Pod
}

/** Collects what is wrong, so that everything is reported at once. */
type Problem = (sentence: string) => void

/**
 * Reads everything a user can set from the environment. An empty value counts as not set.
 *
 * @throws {WorkerError} ERR_SETTINGS with every problem as a detail. It never quotes an endpoint, which may be a
 *   connection string with a key in it.
 */
export function parseSettings(env: Environment): Settings {
  const problems: string[] = []
  const problem: Problem = (sentence) => problems.push(sentence)

  const settings: Settings = {
    endpoint: endpoint(env, problem),
    database: resourceId(env, ['COSMOS_DATABASE', 'Cosmos__Db'], problem),
    container: resourceId(env, ['COSMOS_CONTAINER', 'Cosmos__Container'], problem),
    documentName: env['DOCUMENT_NAME'] || 'Ted Lasso',
    schedule: schedule(env, problem),
    deadlineMs: wholeNumber(env, 'DEADLINE_SECONDS', { ifUnset: 60, max: 3600 }, problem) * 1000,
    pod: pod(env, problem),
  }
  oneOf(env, 'LOG_FORMAT', ['text', 'json'], problem)
  refuseUnsafe(env, problem)

  if (problems.length > 0) throw settingsError(problems)
  return settings
}

/** Bad settings, as the failure the worker ends with; `problems` are whole sentences without a full stop. */
export function settingsError(problems: readonly string[]): WorkerError {
  const count = problems.length === 1 ? '1 setting is' : `${problems.length} settings are`
  return new WorkerError(
    {
      code: 'ERR_SETTINGS',
      exitCode: 2,
      what: `${count} missing or wrong`,
      fix: 'correct the ConfigMap or the env of the pod, then create the pod again',
    },
    { details: problems.map((sentence) => ['problem', sentence]) },
  )
}

/** The log format must be known before anything can be reported, even a wrong log format. */
export function logFormat(env: Environment): 'text' | 'json' {
  return env['LOG_FORMAT'] === 'json' ? 'json' : 'text'
}

/** The value under either name: ours, or the one of the tutorial people come from. */
function aliased(env: Environment, [name, alias]: readonly [string, string], problem: Problem) {
  const value = env[name] || undefined
  const other = env[alias] || undefined
  if (value !== undefined && other !== undefined && value !== other) {
    problem(`${name} and ${alias} are both set and differ; keep one of them`)
  }
  if (value === undefined && other === undefined) problem(`${name} is not set`)
  return value ?? other
}

function endpoint(env: Environment, problem: Problem): string {
  const value = aliased(env, ['COSMOS_ENDPOINT', 'Cosmos__Uri'], problem)
  if (value === undefined) return ''
  if (/AccountKey=/i.test(value)) {
    problem('COSMOS_ENDPOINT is a connection string with a key; give the endpoint alone')
    return ''
  }
  const url = URL.canParse(value) ? new URL(value) : undefined
  const expected = 'COSMOS_ENDPOINT must look like https://ACCOUNT.documents.azure.com/'
  if (url === undefined) problem(`${expected}, and is no URL`)
  else if (url.protocol !== 'https:') {
    // The SDK would refuse too, later and without saying which setting: a token must not travel in the clear.
    problem(
      `COSMOS_ENDPOINT must start with https://, got ${url.protocol}//; tokens are not sent in the clear`,
    )
  } else if (`${url.origin}/` !== url.href) {
    problem(`${expected}, without a user, path, query or fragment`)
  }
  return url === undefined ? '' : `${url.origin}/`
}

/** @see https://learn.microsoft.com/azure/cosmos-db/concepts-limits (names of databases and containers) */
function resourceId(env: Environment, names: readonly [string, string], problem: Problem): string {
  const value = aliased(env, names, problem) ?? ''
  if (/[/\\#?]/.test(value)) problem(`${names[0]} must not contain / \\ # or ?`)
  if (/\s$/.test(value)) problem(`${names[0]} must not end in a space or a line break`)
  if (value.length > 255) problem(`${names[0]} must have at most 255 characters`)
  return value
}

function schedule(env: Environment, problem: Problem): Settings['schedule'] {
  const mode = oneOf(env, 'WORKER_MODE', ['once', 'interval'], problem)
  const interval = { ifUnset: 60, max: 86_400 }
  const intervalMs = wholeNumber(env, 'WRITE_INTERVAL_SECONDS', interval, problem) * 1000
  const healthPort = wholeNumber(env, 'HEALTH_PORT', { ifUnset: 8080, max: 65_535 }, problem)
  if (mode !== 'interval') return { mode: 'once' }
  // Probes come from the kubelet, outside the pod's network name space: on loopback they would never arrive.
  return { mode, intervalMs, healthHost: env['HEALTH_HOST'] || '0.0.0.0', healthPort }
}

function pod(env: Environment, problem: Problem): Pod {
  const uid = env['POD_UID'] ?? ''
  if (uid === '') {
    problem('POD_UID is not set; take it from metadata.uid (downward API), since it makes the id')
  }
  const optional = {
    name: env['POD_NAME'],
    namespace: env['POD_NAMESPACE'],
    serviceAccount: env['POD_SERVICE_ACCOUNT'],
    node: env['NODE_NAME'],
  }
  return { uid, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)) }
}

const SECRET_NAMES = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_PASSWORD',
  'COSMOS_KEY',
  'COSMOS_CONNECTION_STRING',
]

/** Refuses what would make the worker's promises untrue: no secret in this pod, every certificate checked. */
function refuseUnsafe(env: Environment, problem: Problem): void {
  for (const name of SECRET_NAMES.filter((name) => env[name])) {
    problem(`${name} is set; this worker signs in by federation only, so take the secret away`)
  }
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    problem(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off; use NODE_EXTRA_CA_CERTS',
    )
  }
}

function oneOf<const T extends string>(
  env: Environment,
  name: string,
  [first, ...others]: readonly [T, ...T[]],
  problem: Problem,
): T {
  const value = env[name] || first
  const found = [first, ...others].find((allowed) => allowed === value)
  if (found === undefined) {
    problem(`${name} must be ${[first, ...others].join(' or ')}, got ${JSON.stringify(value)}`)
  }
  return found ?? first
}

function wholeNumber(
  env: Environment,
  name: string,
  limits: { readonly ifUnset: number; readonly max: number },
  problem: Problem,
): number {
  const value = env[name]
  if (value === undefined || value === '') return limits.ifUnset
  const number = /^\d{1,9}$/.test(value) ? Number(value) : 0
  if (number >= 1 && number <= limits.max) return number
  problem(`${name} must be a whole number from 1 to ${limits.max}, got ${JSON.stringify(value)}`)
  return limits.ifUnset
}
