import { badRequest } from '../errors.ts'
import type { Api } from './api.ts'
import type { User } from './user.ts'
import { authorize } from './authorize.ts'

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/**
 * The user a request is to be taken as made by (`kubectl --as`), who is the caller itself unless it says otherwise.
 *
 * @throws {StatusError} 403 if the caller may not act as that user or group.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 */
export function impersonate(api: Api, caller: User, headers: Headers): User {
  const name = headers.get('impersonate-user')
  const groups = (headers.get('impersonate-group') ?? '').split(',').map((group) => group.trim())
  const named = groups.filter((group) => group !== '')
  if (name === null) {
    if (named.length > 0) throw badRequest('requested groups without impersonating a user')
    return caller
  }
  const account = SERVICE_ACCOUNT.exec(name)
  const [, namespace = '', accountName = ''] = account ?? []
  authorize(
    api,
    caller,
    account === null
      ? { verb: 'impersonate', resource: 'users', name }
      : { verb: 'impersonate', resource: 'serviceaccounts', namespace, name: accountName },
  )
  for (const group of named) {
    authorize(api, caller, { verb: 'impersonate', resource: 'groups', name: group })
  }
  const accountGroups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
  const own = account !== null && named.length === 0 ? accountGroups : named
  return { name, groups: [...own, 'system:authenticated'] }
}
