import { openStore, readBack, readContainer, writeDocument } from './cosmos.ts'
import type { Store, Written } from './cosmos.ts'
import { documentOf } from './document.ts'
import { accessTokenFacts, exchange, exchangeFacts } from './exchange.ts'
import { injectedIdentity } from './identity.ts'
import { readPodToken, requireTokenFile } from './pod-token.ts'
import { walk } from './retry.ts'
import type { Run } from './run.ts'

/**
 * The first five links of the chain: from what the webhook injected to a container this pod may write to.
 *
 * @throws {WorkerError} naming the first link that is broken.
 */
export async function signIn(run: Run): Promise<Store> {
  const { settings, env, clock } = run

  const identity = await walk(run, 'environment', async () => {
    const value = injectedIdentity(env)
    await requireTokenFile(value.tokenFile)
    const facts = { client_id: value.clientId, tenant: value.tenantId, token_file: value.tokenFile }
    return { value, facts }
  })

  const podToken = await walk(run, 'pod token', async () => {
    const value = await readPodToken(identity.tokenFile, clock.now())
    const exp = `+${Math.round((value.expiresAtMs - clock.now()) / 60_000)}m`
    return { value, facts: { iss: value.issuer, sub: value.subject, aud: value.audience, exp } }
  })

  const facts = exchangeFacts(identity, podToken, settings.endpoint)
  const { credential, token } = await walk(run, 'exchange', () => exchange(run, identity, facts))
  await walk(run, 'entra token', () => accessTokenFacts(token, clock.now()))

  const store = openStore(settings, credential, facts)
  await walk(run, 'cosmos', () => readContainer(run, store))
  return store
}

/** The last two links: the document goes in, and comes back as it went. */
export async function writeOne(run: Run, store: Store, sequence: number): Promise<Written> {
  const { documentName, pod } = run.settings
  const document = documentOf({ name: documentName, pod }, sequence, run.clock.now())
  const written = await walk(run, 'write', () => writeDocument(run, store, document))
  await walk(run, 'read back', () => readBack(run, store, written))
  return written
}
