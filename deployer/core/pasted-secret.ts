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

/** A line that holds what looks like a secret, and what it looks like; never the secret. */
export interface PastedSecret {
  /** Counted from 1. */
  readonly line: number
  readonly what: string
}

/** Every line of a text that holds what looks like a secret, comments included. */
export function pastedSecrets(text: string): readonly PastedSecret[] {
  return text.split('\n').flatMap((line, index) => {
    const what = SECRETS.find(([pattern]) => pattern.test(line))?.[1]
    return what === undefined ? [] : [{ line: index + 1, what }]
  })
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
