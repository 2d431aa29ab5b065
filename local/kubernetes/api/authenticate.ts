import { unauthorized } from '../errors.ts'
import { TokenError } from '../tokens.ts'
import type { TokenClaims } from '../tokens.ts'
import { lookup } from './api.ts'
import type { Api } from './api.ts'
import type { User } from './user.ts'

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/**
 * The user of a request, by its bearer token: a known user, or a service account of this cluster.
 *
 * @throws {StatusError} 401 for a token that is neither; a request without one is anonymous.
 */
export async function authenticate(api: Api, headers: Headers): Promise<User> {
  const authorization = headers.get('authorization')
  if (authorization === null) return ANONYMOUS
  const [, token] = /^Bearer (\S+)$/i.exec(authorization) ?? []
  if (token === undefined) throw unauthorized()
  const known = api.users.find((user) => user.token === token)
  if (known) return { name: known.name, groups: [...known.groups, 'system:authenticated'] }
  return serviceAccount(api, await verified(api, token))
}

async function verified(api: Api, token: string): Promise<TokenClaims> {
  try {
    return await api.tokens.verify(token)
  } catch (error) {
    if (error instanceof TokenError) throw unauthorized()
    throw error
  }
}

/** A token outlives neither its service account nor the pod it is bound to. */
function serviceAccount(api: Api, claims: TokenClaims): User {
  const { namespace, serviceaccount, pod } = claims['kubernetes.io']
  const live = lookup(api, 'serviceaccounts', namespace, serviceaccount.name)
  if (live?.metadata.uid !== serviceaccount.uid) throw unauthorized()
  if (pod && lookup(api, 'pods', namespace, pod.name)?.metadata.uid !== pod.uid)
    throw unauthorized()
  return {
    name: claims.sub,
    uid: serviceaccount.uid,
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
  }
}
