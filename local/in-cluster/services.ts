import { createCosmos } from '../cosmos/server.ts'
import type { AuditRecord } from '../cosmos/server.ts'
import type { Store } from '../cosmos/store.ts'
import type { Cloud } from '../declared-cloud.ts'
import { createEntra } from '../entra/server.ts'
import type { ExchangeEvent } from '../entra/server.ts'
import { listen } from '../http.ts'
import type { Handler, Listener } from '../http.ts'
import type { KeyPair } from '../tls.ts'
import { createWebhook } from '../webhook/server.ts'
import type { AdmissionEvent } from '../webhook/server.ts'
import type { ApiServer } from './api-server.ts'
import { virtualHosts } from './virtual-hosts.ts'

/** Where a platform serves. */
export interface Served {
  readonly services: Listener
  readonly webhook: Listener
}

export interface ServeOptions {
  readonly apiServer: ApiServer
  /** 0 lets the system choose; then the services' origins carry the port. */
  readonly ports: { readonly services: number; readonly webhook: number }
  readonly reach: 'loopback' | 'pod'
  readonly now?: () => number
  readonly onExchange?: (event: ExchangeEvent) => void
  readonly onRequest?: (record: AuditRecord) => void
  readonly onAdmission?: (event: AdmissionEvent) => void
}

/** What the services are made of, once all of it is known. */
export interface Parts {
  readonly issuer: string
  readonly cloud: Cloud
  readonly names: ServiceNames
  readonly tls: KeyPair
  /** Default: in this process. */
  readonly store?: Store
}

export interface ServiceNames {
  readonly entra: readonly [string, ...string[]]
  readonly cosmos: readonly [string, ...string[]]
  readonly webhook: readonly [string, ...string[]]
}

/** Services have this suffix unless a cluster was told otherwise. */
const CLUSTER_DOMAIN = 'svc.cluster.local'

/** The first is the full one, which pods are given; the API server calls a webhook by the second. */
export function serviceNames(namespace: string): ServiceNames {
  const names = (service: string): [string, string] => [
    `${service}.${namespace}.${CLUSTER_DOMAIN}`,
    `${service}.${namespace}.svc`,
  ]
  return { entra: names('entra'), cosmos: names('cosmos'), webhook: names('webhook') }
}

/**
 * Token service and account behind one TLS port, the webhook behind another.
 *
 * @throws {ListenError} if a port is taken; then nothing listens.
 */
export async function serve(options: ServeOptions, parts: Parts): Promise<Served> {
  const { cloud, names, tls } = parts
  const { reach, ports } = options
  const hosts = new Map<string, Handler>()
  const services = await listen(virtualHosts(hosts), {
    tls,
    reach,
    port: ports.services,
    name: 'Entra and Cosmos DB',
  })
  try {
    const origin = (host: string) =>
      services.port === 443 ? `https://${host}` : `https://${host}:${services.port}`
    const authorityHost = `${origin(names.entra[0])}/`
    const handlers = await servicesOf(options, { ...parts, origin })
    for (const name of names.entra) hosts.set(name, handlers.entra)
    for (const name of names.cosmos) hosts.set(name, handlers.cosmos)
    const webhook = await listen(
      createWebhook({
        settings: { tenantId: cloud.directory.tenantId, authorityHost },
        // Anybody in the cluster can ask the webhook, and with any names.
        findAccount: (namespace, name) =>
          options.apiServer
            .client()
            .get(
              `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}`,
            ),
        ...(options.now && { now: options.now }),
        ...(options.onAdmission && { onAdmission: options.onAdmission }),
      }),
      { tls, reach, port: ports.webhook, name: 'admission webhook' },
    )
    return { services, webhook }
  } catch (error) {
    await services.close()
    throw error
  }
}

/** Token service and account; the account takes the tenant's keys from the token service beside it, without a network. */
async function servicesOf(
  options: ServeOptions,
  { issuer, cloud, names, store, origin }: Parts & { readonly origin: (host: string) => string },
): Promise<{ readonly entra: Handler; readonly cosmos: Handler }> {
  const { apiServer } = options
  const clock = options.now ? { now: options.now } : {}
  const { tenantId } = cloud.directory
  const ownResources = names.cosmos.flatMap((name) => [
    ...new Set([origin(name), `https://${name}`, `https://${name}:443`]),
  ])
  const directory = {
    ...cloud.directory,
    resources: [...cloud.directory.resources, ...ownResources],
  }
  const entra = await createEntra({
    directory: () => directory,
    issuers: () => [apiServer.issuerSource(issuer)],
    ...(options.onExchange && { onExchange: options.onExchange }),
    ...clock,
  })
  const keysUrl = `${origin(names.entra[0])}/${tenantId}/discovery/v2.0/keys`
  const cosmos = createCosmos({
    account: () => cloud.account,
    hosts: names.cosmos,
    audiences: ownResources,
    authority: {
      tenantId,
      origin: origin(names.entra[0]),
      readKeys: async () => (await entra(new Request(keysUrl))).text(),
    },
    ...(store && { store }),
    ...(options.onRequest && { onRequest: options.onRequest }),
    ...clock,
  })
  return { entra, cosmos }
}
