import { DATA_ACTIONS } from './data-action.ts'
import type { DataAction } from './data-action.ts'
import { Refusal } from './errors.ts'
import { covers, resourceName } from './scope.ts'
import type { Scope } from './scope.ts'

/** A role definition after validation: names resolved, wildcards expanded. */
export interface Role {
  readonly id: string
  readonly actions: ReadonlySet<DataAction>
}

/** A role assignment after validation: within an assignable scope of its role. */
export interface Assignment {
  readonly id: string
  readonly role: Role
  /** Lower case. */
  readonly principalId: string
  readonly scope: Scope
}

/** Who asks: object ids, lower case; the caller's own first, then groups of the token's `groups` claim. */
export interface Principal {
  readonly objectId: string
  readonly groupIds: readonly string[]
}

/** What is asked for. `at: 'any'` is satisfied by an assignment at whatever scope of the account. */
export interface Access {
  readonly action: DataAction
  readonly scope: Scope
  readonly at?: 'any'
}

/** The assignment that allows it, or `undefined`: nothing is allowed that no assignment allows. */
export function findAssignment(
  assignments: readonly Assignment[],
  principal: Principal,
  access: Access,
): Assignment | undefined {
  const holders = new Set([principal.objectId, ...principal.groupIds])
  return assignments.find(
    (assignment) =>
      holders.has(assignment.principalId) &&
      assignment.role.actions.has(access.action) &&
      (access.at === 'any' || covers(assignment.scope, access.scope)),
  )
}

/**
 * The rule of native role-based access control: every access an operation needs must be allowed by some
 * assignment of the principal; different accesses may be allowed by different assignments.
 *
 * @param needed What the operation needs, in the order in which the service would name what is missing.
 * @returns Ids of the assignments that were used, without repetition.
 * @throws {Refusal} 403/5301 for metadata, 403/5302 for data, naming the first missing access.
 * @throws {TypeError} if nothing is needed: an operation that nobody classified must not slip through.
 * @see https://learn.microsoft.com/azure/cosmos-db/reference-data-plane-security
 */
export function authorize(
  account: { readonly name: string; readonly assignments: readonly Assignment[] },
  principal: Principal,
  needed: readonly Access[],
): readonly string[] {
  if (needed.length === 0) throw new TypeError('an operation that needs no data action')
  const used = needed.map((access) => {
    const assignment = findAssignment(account.assignments, principal, access)
    if (!assignment) throw missingPermission(account.name, principal, access)
    return assignment.id
  })
  return [...new Set(used)]
}

/** Azure/azure-cosmos-dotnet-v3#2891 and #3388; the two spaces before "Learn more" are the service's. */
function missingPermission(account: string, principal: Principal, access: Access): Refusal {
  const substatus = access.action === DATA_ACTIONS.readMetadata ? 5301 : 5302
  return new Refusal(
    403,
    'Forbidden',
    `Request blocked by Auth ${account} : Request is blocked because principal [${principal.objectId}] ` +
      `does not have required RBAC permissions to perform action [${access.action}] ` +
      `on resource [${resourceName(access.scope)}].  Learn more: https://aka.ms/cosmos-native-rbac.`,
    { substatus },
  )
}

/** 403/5300: no role can allow it, because data-plane tokens never may. dotnet/efcore#32197 */
export function notPossibleByAad(account: string, method: string, path: string): Refusal {
  return new Refusal(
    403,
    'Forbidden',
    `Request blocked by Auth ${account} : The given request [${method} ${path}] cannot be authorized ` +
      'by AAD token in data plane. Learn more: https://aka.ms/cosmos-native-rbac.',
    { substatus: 5300 },
  )
}
