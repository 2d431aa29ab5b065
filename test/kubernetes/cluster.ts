import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { startControllers } from '../../local/kubernetes/controllers/controllers.ts'
import { startKubernetes } from '../../local/kubernetes/server.ts'
import { createAuthority } from '../../local/tls.ts'
import { helm, kubectl } from '../../scripts/kubectl.ts'
import { run } from '../support/run.ts'
import type { Ended } from '../support/run.ts'

/** An API server with its controllers but without a node, and the real clients pointed at it. */
export interface Cluster {
  readonly config: KubeConfig
  kubectl(...args: readonly string[]): Promise<Ended>
  helm(...args: readonly string[]): Promise<Ended>
  /** Writes a manifest and gives its path. */
  file(name: string, text: string): Promise<string>
  close(): Promise<void>
}

const TOKEN = 'administrator-of-a-throw-away-cluster'

export async function startCluster(): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-kubernetes-'))
  const authority = await createAuthority(Date.now())
  const certificateAuthority = authority.certificate
  const server = await startKubernetes({
    tls: await authority.issue(['127.0.0.1']),
    issuer: 'https://kubernetes.default.svc.cluster.local',
    certificateAuthority,
    users: [{ token: TOKEN, name: 'admin', groups: ['system:masters'] }],
    workloadIdentity: { tenantId: 'tenant', authorityHost: 'https://login.example.com/' },
  })
  const access = { url: server.url, certificateAuthority, token: TOKEN }
  const controllers = await startControllers({ access, certificateAuthority })
  const config = kubeConfig(server.url, certificateAuthority)
  const kubeconfig = join(directory, 'kubeconfig')
  await writeFile(kubeconfig, config.exportConfig(), { mode: 0o600 })
  const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: directory, NO_COLOR: '1' }
  return {
    config,
    kubectl: async (...args) => run([await kubectl(), ...args], { env }),
    helm: async (...args) => run([await helm(), ...args], { env }),
    file: async (name, text) => {
      const path = join(directory, name)
      await writeFile(path, text)
      return path
    },
    close: async () => {
      await controllers.close()
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function kubeConfig(server: string, certificateAuthority: string): KubeConfig {
  const config = new KubeConfig()
  const caData = Buffer.from(certificateAuthority).toString('base64')
  config.loadFromOptions({
    clusters: [{ name: 'local', server, caData }],
    users: [{ name: 'admin', token: TOKEN }],
    contexts: [{ name: 'local', cluster: 'local', user: 'admin' }],
    currentContext: 'local',
  })
  return config
}
