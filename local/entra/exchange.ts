import { parseAssertion, verifySignature } from './assertion.ts'
import type { EntraDirectory, Identity } from './directory.ts'
import { isGuid, isTenant } from './directory.ts'
import { refuse } from './errors.ts'
import {
  checkLifetime,
  checkTimeRange,
  findIdentity,
  findResource,
  matchCredential,
} from './federation.ts'
import type { KeyFinder } from './issuer-keys.ts'
import {
  clientAssertion,
  refuseOtherTokens,
  requiredField,
  requireKnownGrant,
} from './token-request.ts'
import type { TokenForm } from './token-request.ts'

/** A token request that passed every check. */
export interface Granted {
  readonly identity: Identity
  readonly resource: string
}

const MULTI_TENANT = new Set(['common', 'organizations', 'consumers'])

/**
 * Decides one token request. The order of the checks decides which refusal is given when several would do; Entra's
 * own is not published, and this one is consistent with the refusals that people report.
 *
 * @throws {Refusal} for the first check that fails.
 */
export async function exchange(
  request: { readonly tenant: string; readonly form: TokenForm; readonly basic: boolean },
  world: {
    readonly directory: EntraDirectory
    readonly keys: KeyFinder
    readonly now: () => number
  },
): Promise<Granted> {
  const { form } = request
  const { directory } = world
  requireTenant(directory, request.tenant)
  requireKnownGrant(form)
  const identity = findIdentity(directory, requiredField(form, 'client_id'))
  const rawAssertion = clientAssertion(form, identity.clientId, request.basic)
  const scope = requiredField(form, 'scope')
  refuseOtherTokens(form)

  const assertion = parseAssertion(rawAssertion)
  const { claims } = assertion
  matchCredential(identity, claims)
  await verifySignature(assertion, await world.keys.find(claims.issuer, assertion.keyId))
  const now = world.now()
  checkLifetime(claims, now)
  checkTimeRange(claims, now)

  return { identity, resource: findResource(directory, scope) }
}

/**
 * The tenant of the path is the directory's.
 *
 * @throws {Refusal} 50059, 900023 or 90002
 */
function requireTenant(directory: EntraDirectory, tenant: string): void {
  if (isTenant(directory, tenant)) return
  if (MULTI_TENANT.has(tenant.toLowerCase())) throw refuse(50059)
  throw isGuid(tenant) || tenant.includes('.')
    ? refuse(90002, { tenant })
    : refuse(900023, { tenant })
}
