import { createAuthority } from '../../local/tls.ts'
import { ISSUER, startLocalApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { startRealApiServer } from '../support/real-api-server.ts'
import { createTarget } from './target.ts'
import type { Target } from './target.ts'

/** Somebody who may do nothing. */
const USERS = [{ token: 'viewer-token', name: 'viewer', groups: [] }]

/** `local/kubernetes` alone, without node and controllers. */
export async function startLocal(): Promise<Target> {
  const authority = await createAuthority(Date.now())
  return target('local/kubernetes', await startLocalApiServer({ authority, users: USERS }))
}

/** A real kube-apiserver from `assets`, the value of KUBEBUILDER_ASSETS. */
export async function startReal(assets: string): Promise<Target> {
  const authority = await createAuthority(Date.now())
  const options = { authority, users: USERS, issuer: ISSUER }
  return target('kube-apiserver', await startRealApiServer(assets, options))
}

function target(name: string, server: ApiServer): Target {
  const { url, certificateAuthority: ca, token } = server.access
  return createTarget(name, { url, tls: { ca }, token }, () => server.close())
}
