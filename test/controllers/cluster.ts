import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, createClient } from '../../local/kubernetes/client.ts'
import type { KubernetesClient } from '../../local/kubernetes/client.ts'
import { startControllers } from '../../local/kubernetes/controllers/controllers.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'
import { createAuthority } from '../../local/tls.ts'
import { startApiServer } from '../support/api-server.ts'
import { joinHollowNode } from './hollow-node.ts'

/** An API server, the controllers and one hollow node. */
export interface TestCluster {
  readonly client: KubernetesClient
  /** Creates a namespace of a new name and waits until pods can be created in it. */
  namespace(labels?: Readonly<Record<string, string>>): Promise<string>
  /** Reads `path` until `holds` does; fails with the last state after five seconds. */
  until<T = KubeObject>(path: string, holds: (object: T) => unknown): Promise<T>
  untilGone(path: string): Promise<void>
  /** `type reason message` of each event in the namespace, in order. */
  events(namespace: string): Promise<string[]>
  join(name: string, labels?: Readonly<Record<string, string>>): Promise<void>
  close(): Promise<void>
}

const PATIENCE_MS = 8_000
let namespaces = 0

/** @param options.now The controllers' clock; the API server keeps the real time. */
export async function startCluster(options: {
  readonly node: boolean
  readonly now?: () => number
}): Promise<TestCluster> {
  const server = await startApiServer({ authority: await createAuthority(Date.now()) })
  const client = createClient(server.access)
  const stop = new AbortController()
  const { signal } = stop
  const controllers = await startControllers({
    access: server.access,
    certificateAuthority: server.access.certificateAuthority,
    onError: unexpected,
    ...(options.now && { now: options.now }),
  })
  if (options.node) await joinHollowNode(client, 'node-1', { signal })

  const until: TestCluster['until'] = async (path, holds) => {
    const end = Date.now() + PATIENCE_MS
    for (;;) {
      const object = await client.get(path).catch((error: unknown) => error)
      if (!(object instanceof Error) && holds(object as never)) return object as never
      if (Date.now() > end) throw new Error(`${path}: ${JSON.stringify(object)}`, { cause: object })
      await sleep(20)
    }
  }
  return {
    client,
    until,
    untilGone: async (path) => {
      const end = Date.now() + PATIENCE_MS
      for (;;) {
        const object = await client.get(path).catch((error: unknown) => error)
        if (object instanceof ApiError && object.code === 404) return
        if (Date.now() > end) throw new Error(`${path} is still there: ${JSON.stringify(object)}`)
        await sleep(20)
      }
    },
    namespace: async (labels = {}) => {
      const name = `test-${(namespaces += 1)}`
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
      await client.create('/api/v1/namespaces', body)
      await until(`/api/v1/namespaces/${name}/serviceaccounts/default`, () => true)
      return name
    },
    events: async (namespace) => {
      const { items } = await client.list(`/api/v1/namespaces/${namespace}/events`)
      return items
        .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
        .map((event) => [event['type'], event['reason'], event['message']].join(' '))
    },
    join: (name, labels = {}) => joinHollowNode(client, name, { signal, labels }),
    close: async () => {
      stop.abort()
      await controllers.close()
      client.close()
      await server.close()
    },
  }
}

/** Conflicts and refusals are part of the journeys; a bug of ours is none of them. */
function unexpected(error: unknown): void {
  if (error instanceof TypeError) throw error
}
