import { randomBytes } from 'node:crypto'
import { startControllers } from '../../local/kubernetes/controllers/controllers.ts'
import { startKubernetes } from '../../local/kubernetes/server.ts'
import { createAuthority } from '../../local/tls.ts'
import type { EmbeddedOptions, Started } from './cluster.ts'

/** The local API server with its controllers, in this process. */
export async function embedded(options: EmbeddedOptions): Promise<Started> {
  const authority = await createAuthority(Date.now())
  const token = randomBytes(24).toString('base64url')
  const kubernetes = await startKubernetes({
    tls: await authority.issue(['127.0.0.1', 'localhost']),
    issuer: 'https://kubernetes.default.svc.cluster.local',
    certificateAuthority: authority.certificate,
    users: [{ token, name: 'admin', groups: ['system:masters'] }],
    workloadIdentity: {
      tenantId: '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11',
      authorityHost: 'https://127.0.0.1/',
    },
    ...options,
  })
  const access = { url: kubernetes.url, certificateAuthority: authority.certificate, token }
  const controllers = await startControllers({
    access,
    certificateAuthority: authority.certificate,
  })
  const stop = async () => {
    await controllers.close()
    await kubernetes.close()
  }
  return { access, stop }
}
