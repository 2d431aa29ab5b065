import { randomBytes } from 'node:crypto'
import { startKubernetes } from '../../local/kubernetes/server.ts'
import { createAuthority } from '../../local/tls.ts'
import { ISSUER } from './real-server.ts'
import { createTarget } from './target.ts'
import type { Target } from './target.ts'

/** Starts `local/kubernetes` alone, without node and controllers, as a bare kube-apiserver is. */
export async function startStandIn(): Promise<Target> {
  const authority = await createAuthority(Date.now())
  const token = randomBytes(24).toString('hex')
  const server = await startKubernetes({
    tls: await authority.issue(['127.0.0.1', 'localhost']),
    issuer: ISSUER,
    certificateAuthority: authority.certificate,
    users: [
      { token, name: 'admin', groups: ['system:masters'] },
      { token: 'viewer-token', name: 'viewer', groups: [] },
    ],
    workloadIdentity: {
      tenantId: '00000000-0000-0000-0000-000000000000',
      authorityHost: 'https://login.microsoftonline.com/',
    },
  })
  const access = { url: server.url, tls: { ca: authority.certificate }, token }
  return createTarget('local/kubernetes', access, () => server.close())
}
