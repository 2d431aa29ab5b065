import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../local/kubernetes/client.ts'
import type { ApiAccess, KubernetesClient } from '../../local/kubernetes/client.ts'
import { createAuthority } from '../../local/tls.ts'
import { ISSUER, startLocalApiServer } from '../../test/support/api-server.ts'
import type { ApiServer } from '../../test/support/api-server.ts'
import { startRealApiServer } from '../../test/support/real-api-server.ts'

/** A fresh API server of a bench. */
export interface BenchServer {
  readonly access: ApiAccess
  /** Of the bench itself: neither counted nor slowed. */
  readonly client: KubernetesClient
  /** Requests so far; NaN where nobody counts them. */
  requests(): number
  close(): Promise<void>
}

/** @param delayMs Added to every request, before it is carried out; many wait side by side. */
export async function startCountingServer(delayMs: number): Promise<BenchServer> {
  let count = 0
  const server = await startLocalApiServer({
    authority: await createAuthority(Date.now()),
    before: async (request) => {
      if (request.headers.get('user-agent') === null) return
      count += 1
      if (delayMs > 0) await sleep(delayMs)
    },
  })
  return benchServer(server, () => count)
}

/** @param assets Folder with kube-apiserver and etcd: the value of KUBEBUILDER_ASSETS. */
export async function startRealServer(assets: string): Promise<BenchServer> {
  const authority = await createAuthority(Date.now())
  const server = await startRealApiServer(assets, { authority, issuer: ISSUER })
  return benchServer(server, () => Number.NaN)
}

function benchServer(server: ApiServer, requests: () => number): BenchServer {
  const client = createClient(server.access)
  return {
    access: server.access,
    client,
    requests,
    close: async () => {
      client.close()
      await server.close()
    },
  }
}
