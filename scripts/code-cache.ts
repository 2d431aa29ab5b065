import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const HERE = import.meta.dirname

/** How the worker ends when the token service cannot be reached. */
const TOKEN_SERVICE_UNREACHABLE = 23

/**
 * V8 seeds its hashes at random, and their order shows in the cache. With a fixed seed the same sources give the same
 * cache, byte by byte. V8 leaves this one flag out when it compares the flags of a cache with its own, so a worker
 * that is started without it takes the cache all the same.
 *
 * @see https://github.com/v8/v8/blob/main/src/flags/flags.cc ComputeFlagListHash
 */
const SAME_SEED = '--random-seed=1'

/**
 * Puts the starter and the code cache beside `worker.cjs`. The cache comes from one run that loads everything, signs
 * in at a port where nobody listens, and fails there: no stand-in, no network, and all but 1 % of the gain of a
 * run that writes.
 *
 * @param directory Where `worker.cjs` is. The cache is for this Node, this version, this architecture.
 * @throws If the run did not go as far as it should.
 */
export async function addCodeCache(directory: string): Promise<void> {
  const starter = resolve(directory, 'worker-start.cjs')
  await copyFile(join(HERE, 'worker-start.cjs'), starter)
  const scratch = await mkdtemp(join(tmpdir(), 'keyless-code-cache-'))
  try {
    const tokenFile = join(scratch, 'token')
    await writeFile(tokenFile, nobodysToken())
    const child = spawn(process.execPath, [SAME_SEED, join(HERE, 'fill-code-cache.cjs'), starter], {
      env: nowhere(tokenFile),
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== TOKEN_SERVICE_UNREACHABLE) {
      throw new Error(`the run that fills the code cache ended with ${code}, expected 23`)
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Only its claims are read before the connection fails; it is signed by nobody and good for nothing. */
function nobodysToken(): string {
  return `${base64url({ alg: 'none' })}.${base64url({ exp: Date.now() })}.`
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function nowhere(tokenFile: string): Record<string, string> {
  const nobody = 'https://127.0.0.1:9/'
  return {
    COSMOS_ENDPOINT: nobody,
    COSMOS_DATABASE: 'none',
    COSMOS_CONTAINER: 'none',
    POD_UID: 'none',
    DEADLINE_SECONDS: '1',
    AZURE_TOKEN_CREDENTIALS: 'WorkloadIdentityCredential',
    AZURE_CLIENT_ID: 'none',
    AZURE_TENANT_ID: 'none',
    AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    AZURE_AUTHORITY_HOST: nobody,
  }
}
