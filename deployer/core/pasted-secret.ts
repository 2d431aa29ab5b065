import { DeployError } from './errors.ts'
import type { SourceFile } from './source-file.ts'

/** What keys look like, wherever they are pasted. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/Account(Key|Endpoint)\s*=/i, 'a connection string'],
  [/SharedAccess(Key|Signature)\s*=/i, 'a connection string'],
  // 64 bytes in base64: the keys of Cosmos DB and of storage accounts
  [/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==/, 'an account key'],
  // https://learn.microsoft.com/purview/sit-defn-client-secret-api-key
  [/[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}/, 'a client secret'],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\./, 'a token'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
]

/** Shorter runs are names and ids. */
const MIN_KEY_LENGTH = 40
const RUN = new RegExp(`[A-Za-z0-9+/]{${MIN_KEY_LENGTH},}={0,2}`, 'g')

/** Certificates, the same in base64 once more (a webhook's caBundle), and the id of a set of objects, which is a digest. */
const PUBLIC =
  /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----|\bLS0tLS1CRUdJTiBDRVJU[A-Za-z0-9+/=]*|\bapplyset-[\w-]{43}-v1\b/g

/** A line that holds what looks like a secret, and what it looks like; never the secret. */
export interface PastedSecret {
  /** Counted from 1. */
  readonly line: number
  readonly what: string
}

/** Every line of a text that holds what looks like a secret, comments included. */
export function pastedSecrets(text: string): readonly PastedSecret[] {
  return text.split('\n').flatMap((line, index) => {
    const what = secretIn(line)
    return what === undefined ? [] : [{ line: index + 1, what }]
  })
}

/** What a text holds that looks like a secret, such as `an account key`; undefined if nothing does. */
export function secretIn(text: string): string | undefined {
  const rest = text.replaceAll(PUBLIC, '')
  const known = SECRETS.find(([pattern]) => pattern.test(rest))?.[1]
  return known ?? ((rest.match(RUN) ?? []).some(isRandom) ? 'a key' : undefined)
}

/** The secret itself, where what stands beside it may be shown. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/((?:AccountKey|SharedAccessKey|SharedAccessSignature)\s*=\s*)[^;\s"']+/gi, '$1'],
  [/[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}/g, ''],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, ''],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, ''],
]

/** The same text with `mask` in place of all that looks like a secret. */
export function maskSecrets(text: string, mask: string): string {
  // nothing that looks like a secret is shorter than its shortest beginning
  if (text.length < 12) return text
  const known = PARTS.reduce((shown, [part, kept]) => shown.replace(part, `${kept}${mask}`), text)
  if (known.length < MIN_KEY_LENGTH) return known
  const open = known.match(PUBLIC) ?? []
  return known
    .split(PUBLIC)
    .map((between) => between.replace(RUN, (run) => (isRandom(run) ? mask : run)))
    .flatMap((between, index) => [between, open[index] ?? ''])
    .join('')
}

/** Random bytes in base64 mix capitals, small letters and digits evenly; paths and hexadecimal digests do not. */
function isRandom(run: string): boolean {
  const share = (letters: RegExp) => (run.match(letters) ?? []).length / run.length
  return share(/[A-Z]/g) > 1 / 6 && share(/[a-z]/g) > 1 / 6 && share(/\d/g) > 1 / 40
}

/** Before anything else is said: every message about an argument quotes it. */
export function refuseSecretArguments(args: readonly string[]): void {
  for (const [index, argument] of args.entries()) {
    const what = secretIn(argument)
    if (what === undefined) continue
    const before = [argument.split('=')[0], args[index - 1]]
    const option = before.find(
      (one) => one?.startsWith('--') === true && secretIn(one) === undefined,
    )
    throw new DeployError(
      'ERR_USAGE',
      `${option ?? `argument ${index + 1}`}: holds what looks like ${what}`,
      {
        hint: 'leave it out: no option takes one, and nothing of it is repeated here; the history of the shell has it, so renew it',
      },
    )
  }
}

/** Before anything else is said about the file, because what is said quotes it. */
export function refuseSecrets(file: SourceFile): void {
  const found = pastedSecrets(file.text)
  if (found.length === 0) return
  const lines = found.map(({ line, what }) => `${file.name}:${line}: holds what looks like ${what}`)
  throw new DeployError('ERR_ENVIRONMENT', lines.join('\n'), {
    subject: file.name,
    hint: 'take it out: nothing here needs one (cosmos.endpoint is the address alone), and nothing of it is repeated here; whoever could read the file may have it, so renew it',
  })
}
