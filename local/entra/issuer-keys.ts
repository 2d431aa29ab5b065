import type { KeyObject } from 'node:crypto'
import { refuse } from './errors.ts'
import { readIssuerKeys } from './issuer-documents.ts'
import type { IssuerKeys, IssuerSource } from './issuer-documents.ts'

/** Finds the public key that signed an assertion. */
export interface KeyFinder {
  /**
   * @param issuer Only ever the issuer of a federated credential: no request can name an address to fetch.
   * @throws {Refusal} 7000272 if the issuer does not publish this key, 90061 or 50166 if it cannot be asked.
   */
  find(issuer: string, keyId: string): Promise<KeyObject>
}

interface Entry {
  readonly keys: IssuerKeys
  /** Milliseconds since the Unix epoch. */
  readonly readAt: number
}

/**
 * Entra's own cache is not documented; people wait up to half an hour for a new key. Here a key that is not in the
 * cache is looked for again at once, so that a new cluster works at once, but not more often than the floor.
 */
const MAX_AGE_MS = 5 * 60_000
const REFETCH_FLOOR_MS = 5_000

/**
 * Keeps each issuer's keys for five minutes. However many assertions wait for an issuer, it is asked once.
 *
 * @param options.issuers Asked at each search, because addresses become known while a platform starts.
 */
export function createKeyFinder(options: {
  readonly issuers: () => readonly IssuerSource[]
  readonly now: () => number
}): KeyFinder {
  const entries = new Map<string, Entry>()
  const reading = new Map<string, Promise<Entry>>()

  async function read(source: IssuerSource): Promise<Entry> {
    const entry = { keys: await readIssuerKeys(source), readAt: options.now() }
    entries.set(idOf(source), entry)
    return entry
  }

  function readOnce(source: IssuerSource): Promise<Entry> {
    const id = idOf(source)
    const running = reading.get(id)
    if (running) return running
    const started = read(source).finally(() => reading.delete(id))
    reading.set(id, started)
    return started
  }

  return {
    find: async (issuer, keyId) => {
      const source = sourceOf(issuer, options.issuers())
      const known = entries.get(idOf(source))
      const current =
        known && isCurrent(known, keyId, options.now()) ? known : await readOnce(source)
      const key = current.keys.get(keyId)
      if (!key) throw refuse(7000272, { kid: keyId, issuer })
      return key
    },
  }
}

/** What is read at an address is believed of the issuer it was asked for, and of no other. */
function idOf({ issuer, url }: IssuerSource): string {
  return `${issuer}\n${url}`
}

function sourceOf(issuer: string, sources: readonly IssuerSource[]): IssuerSource {
  return sources.find((source) => source.issuer === issuer) ?? { issuer, url: issuer }
}

function isCurrent({ keys, readAt }: Entry, keyId: string, now: number): boolean {
  return now - readAt < (keys.has(keyId) ? MAX_AGE_MS : REFETCH_FLOOR_MS)
}
