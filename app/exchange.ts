import { DefaultAzureCredential } from '@azure/identity'
import type { AccessToken, TokenCredential } from '@azure/identity'
import { isMicrosoftAuthority } from './authority.ts'
import { bounded } from './bounded.ts'
import type { ExchangeFacts } from './entra-refusals.ts'
import type { Identity } from './identity.ts'
import { claimText, decodeClaims } from './jwt.ts'
import type { PodToken } from './pod-token.ts'
import type { Done } from './retry.ts'
import type { Run } from './run.ts'
import { tokenService } from './target.ts'

/** What both sides of the exchange are called, for messages. */
export function exchangeFacts(
  identity: Identity,
  token: PodToken,
  endpoint: string,
): ExchangeFacts {
  const { clientId, tenantId, authorityHost } = identity
  return { ...token, clientId, tenantId, authorityHost, scope: accountScope(endpoint) }
}

/** The scope the Cosmos DB SDK asks for too, so that its own request finds this one's token in the cache. */
function accountScope(endpoint: string): string {
  return `${new URL(endpoint).origin}/.default`
}

/** Asked for when the tenant knows no resource of the account's own name, as the SDK does. */
const SHARED_SCOPE = 'https://cosmos.azure.com/.default'

/** The credential of the SDK, as it comes; one option differs for an authority that is not Microsoft's. */
function createCredential(identity: Identity): TokenCredential {
  return new DefaultAzureCredential({
    disableInstanceDiscovery: !isMicrosoftAuthority(identity.authorityHost),
  })
}

/**
 * Exchanges the pod token for an access token, through the credential Cosmos DB will be given.
 *
 * @returns The access token, which must not reach any output.
 */
export async function exchange(
  run: Run,
  identity: Identity,
  facts: ExchangeFacts,
): Promise<Done<{ readonly credential: TokenCredential; readonly token: AccessToken }>> {
  const startedAt = run.clock.now()
  let scope = facts.scope
  const answer = await bounded(run, tokenService(facts, run.env), async () => {
    const credential = createCredential(identity)
    const token = await credential.getToken(scope).catch((error: unknown) => {
      if (!String(error).includes('AADSTS500011')) throw error
      scope = SHARED_SCOPE
      return credential.getToken(scope)
    })
    if (token === null) throw new TypeError('the credential answered without a token')
    return { credential, token }
  })
  const tookMs = run.clock.now() - startedAt
  const message = `${identity.credentialName} -> ${identity.authorityHost}`
  return { value: answer, message, facts: { scope, took: `${tookMs}ms` } }
}

/** What Entra says about the pod now: only claims that name, nothing that opens. */
export function accessTokenFacts(token: AccessToken, now: number): Done<undefined> {
  const lifetime = `${Math.round((token.expiresOnTimestamp - now) / 60_000)}m`
  const claims = decodeClaims(token.token)
  if (claims === undefined) return { value: undefined, message: 'opaque', facts: { lifetime } }
  const shown = ['oid', 'appid', 'tid', 'aud'].map((name) => [name, claimText(claims, name)])
  return {
    value: undefined,
    facts: { ...(Object.fromEntries(shown) as Record<string, string | undefined>), lifetime },
  }
}
