import { readFileSync } from 'node:fs'
import type { CosmosAccount } from './cosmos/server.ts'
import { createUpstreamStore } from './cosmos/upstream/store.ts'
import type { UpstreamStore } from './cosmos/upstream/store.ts'

/** What a user says about an emulator on the command line. */
export interface StoreChoice {
  readonly url: string
  /** A file with the base64 of its key; default: the published key. */
  readonly keyFile?: string
  /** A PEM file that its certificate chains to. */
  readonly certificateAuthorityFile?: string
}

const TIMEOUT_MS = 120_000

/** A file that was named for the store cannot be read. */
class StoreFileError extends Error {
  override readonly name = 'StoreFileError'
  readonly code = 'ERR_STORE'
}

/**
 * Waits for the emulator and makes what the account declares in it.
 *
 * @throws {UpstreamError} `ERR_STORE` if it cannot be used; the connection is closed then.
 * @throws {StoreFileError} `ERR_STORE` if a named file cannot be read.
 */
export async function openStore(
  { url, keyFile, certificateAuthorityFile }: StoreChoice,
  options: {
    readonly account: () => CosmosAccount
    readonly signal: AbortSignal
    /** Told what is waited for, and of every change. */
    readonly say: (line: string) => void
  },
): Promise<UpstreamStore> {
  const { account, signal, say } = options
  const store = createUpstreamStore({
    url,
    ...(keyFile !== undefined && { key: readText(keyFile, '--store-key-file').trim() }),
    ...(certificateAuthorityFile !== undefined && {
      certificateAuthority: readText(certificateAuthorityFile, '--store-ca'),
    }),
    account,
  })
  try {
    say(`• Preparing the emulator at ${store.origin}, up to ${TIMEOUT_MS / 1000} s`)
    await store.open({ signal, timeoutMs: TIMEOUT_MS, onChange: (line) => say(`  ${line}`) })
    say(`✓ The emulator at ${store.origin} has stored and deleted one item`)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

function readText(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new StoreFileError(`${option} ${file}: cannot be read; give the path of a file`, {
      cause,
    })
  }
}
