import { randomBytes } from 'node:crypto'
import { Agent, createServer, request as httpsRequest } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../local/kubernetes/client.ts'
import type { ApiAccess, KubernetesClient } from '../../local/kubernetes/client.ts'
import { startKubernetes } from '../../local/kubernetes/server.ts'
import { createAuthority } from '../../local/tls.ts'

/** A fresh API server that counts what it is asked and takes its time. */
export interface CountingServer {
  /** Through the counter and the delay. */
  readonly access: ApiAccess
  /** Past both. */
  readonly client: KubernetesClient
  requests(): number
  close(): Promise<void>
}

/** @param delayMs Added to every request, before it is carried out; many wait side by side. */
export async function startCountingServer(delayMs: number): Promise<CountingServer> {
  const authority = await createAuthority(Date.now())
  const tls = await authority.issue(['127.0.0.1', 'localhost'])
  const token = randomBytes(24).toString('base64url')
  const kubernetes = await startKubernetes({
    tls,
    issuer: 'https://kubernetes.default.svc.cluster.local',
    certificateAuthority: authority.certificate,
    users: [{ token, name: 'admin', groups: ['system:masters'] }],
    workloadIdentity: { tenantId: 'none', authorityHost: 'https://127.0.0.1/' },
  })
  const direct = { url: kubernetes.url, certificateAuthority: authority.certificate, token }
  const client = createClient(direct)
  const agent = new Agent({ ca: authority.certificate, keepAlive: true })
  let count = 0
  const server = createServer(tls, (incoming, outgoing) => {
    count += 1
    passOn(incoming, outgoing, { target: direct.url, agent, delayMs })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    access: { ...direct, url: `https://127.0.0.1:${port}` },
    client,
    requests: () => count,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      agent.destroy()
      client.close()
      await kubernetes.close()
    },
  }
}

function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { target, agent, delayMs }: { target: string; agent: Agent; delayMs: number },
): void {
  const { host: _, ...headers } = incoming.headers
  const { url = '/', method = 'GET' } = incoming
  const begin = () => {
    const onward = httpsRequest(`${target}${url}`, { agent, method, headers }, (message) => {
      outgoing.writeHead(message.statusCode ?? 502, message.headers)
      outgoing.flushHeaders()
      message.pipe(outgoing)
      message.once('error', () => outgoing.destroy())
    })
    onward.once('error', () => outgoing.destroy())
    outgoing.once('close', () => onward.destroy())
    incoming.pipe(onward)
  }
  if (delayMs === 0) begin()
  else void sleep(delayMs).then(begin)
}
