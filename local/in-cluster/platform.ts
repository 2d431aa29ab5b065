import { setTimeout as sleep } from 'node:timers/promises'
import { createCosmos } from '../cosmos/server.ts'
import type { AuditRecord } from '../cosmos/server.ts'
import type { Cloud } from '../declared-cloud.ts'
import { readIssuerKeys } from '../entra/issuer-documents.ts'
import { createEntra } from '../entra/server.ts'
import type { ExchangeEvent } from '../entra/server.ts'
import { listen } from '../http.ts'
import type { Handler, Listener } from '../http.ts'
import { textAt } from '../kubernetes/object.ts'
import type { KeyPair } from '../tls.ts'
import { createWebhook } from '../webhook/server.ts'
import type { AdmissionEvent } from '../webhook/server.ts'
import type { ApiServer } from './api-server.ts'
import { createCertificates } from './certificates.ts'
import type { ClusterDeclaration } from './declaration.ts'
import { serveHealth } from './health.ts'
import type { Check } from './health.ts'
import { virtualHosts } from './virtual-hosts.ts'

/** The platform as a workload of a cluster, starting or up. */
export interface ClusterPlatform {
  /** Resolves once it serves. Never rejects: what hinders it is told, and tried again until `close`. */
  readonly up: Promise<Served | undefined>
  /** Of the health endpoint. */
  readonly healthPort: number
  close(): Promise<void>
}

/** Where a platform serves. */
export interface Served {
  readonly services: Listener
  readonly webhook: Listener
}

export interface ClusterPlatformOptions {
  readonly declaration: ClusterDeclaration
  readonly apiServer: ApiServer
  /** 0 lets the system choose; then the services' origins carry the port. */
  readonly ports: { readonly services: number; readonly webhook: number; readonly health: number }
  readonly reach: 'loopback' | 'pod'
  /** Names in the certificate beside those of the services. */
  readonly otherNames?: readonly string[]
  readonly now?: () => number
  readonly onExchange?: (event: ExchangeEvent) => void
  readonly onRequest?: (record: AuditRecord) => void
  readonly onAdmission?: (event: AdmissionEvent) => void
  /** Told in one line what came up, what changed, and what goes wrong. */
  readonly onState: (line: string) => void
}

/** How soon a CA bundle that somebody changed is put back. */
const PASS_EVERY_MS = 3_000
/** How long after a failed start the next is tried. */
const RETRY_MS = 1_000
/** Services have this suffix unless a cluster was told otherwise. */
const CLUSTER_DOMAIN = 'svc.cluster.local'

/**
 * Starts the token service and the account behind one TLS port, and the admission webhook behind another.
 *
 * The tenant's signing key lives in this process, and so does an embedded store: after a restart, tokens and items
 * of before are gone.
 */
export async function startClusterPlatform(
  options: ClusterPlatformOptions,
): Promise<ClusterPlatform> {
  const { apiServer, ports, reach, now = Date.now } = options
  const stop = new AbortController()
  const tell = onlyNews(options.onState)
  const state: { starting: string; checks: Readonly<Record<string, Check>>; served?: Served } = {
    starting: 'not started yet',
    checks: { start: () => Promise.reject(new Error(state.starting)) },
  }
  const health = await serveHealth(() => state.checks, { port: ports.health, reach, now })
  const names = serviceNames(apiServer.namespace)
  const certificates = createCertificates({
    client: () => apiServer.client(),
    namespace: apiServer.namespace,
    names: [...Object.values(names).flat(), ...(options.otherNames ?? [])],
    now,
    onChange: tell,
  })

  async function start(): Promise<Served> {
    const issuer = await clusterIssuer(options)
    const checkKeys = async () => void (await readIssuerKeys(apiServer.issuerSource(issuer)))
    await checkKeys()
    await certificates.pass()
    const served = await serve(options, { issuer, names, tls: certificates.current() })
    state.served = served
    let trouble: Error | undefined
    void repeat(PASS_EVERY_MS, stop.signal, async () => {
      try {
        if (await certificates.pass())
          for (const listener of Object.values(served)) listener.renew(certificates.current())
        trouble = undefined
      } catch (error) {
        trouble = asError(error)
        tell(`certificates: ${trouble.message}`)
      }
    })
    state.checks = {
      keys: checkKeys,
      certificates: async () => {
        if (trouble) throw trouble
      },
    }
    tell(`up: tokens of ${issuer} are exchanged at https://${names.entra[0]}/`)
    return served
  }

  async function startUntilUp(): Promise<Served | undefined> {
    while (!stop.signal.aborted) {
      try {
        return await start()
      } catch (error) {
        state.starting = asError(error).message
        tell(`waiting: ${state.starting}`)
        await pause(RETRY_MS, stop.signal)
      }
    }
    return undefined
  }

  const up = startUntilUp()
  return {
    up,
    healthPort: health.port,
    close: async () => {
      stop.abort()
      await up
      const { services, webhook } = state.served ?? {}
      await Promise.all([services?.close(), webhook?.close(), health.close()])
      apiServer.close()
    },
  }
}

interface ServiceNames {
  readonly entra: readonly [string, ...string[]]
  readonly cosmos: readonly [string, ...string[]]
  readonly webhook: readonly [string, ...string[]]
}

/** The first is the full one, which pods are given; the API server calls a webhook by the second. */
function serviceNames(namespace: string): ServiceNames {
  const names = (service: string): [string, string] => [
    `${service}.${namespace}.${CLUSTER_DOMAIN}`,
    `${service}.${namespace}.svc`,
  ]
  return { entra: names('entra'), cosmos: names('cosmos'), webhook: names('webhook') }
}

/** What the API server itself says it puts into tokens. */
async function clusterIssuer({ apiServer, declaration }: ClusterPlatformOptions): Promise<string> {
  const document = await apiServer.client().get('/.well-known/openid-configuration')
  const issuer = textAt(document, 'issuer') ?? ''
  if (declaration.issuer !== undefined && declaration.issuer !== issuer)
    throw new Error(`issuer: "${declaration.issuer}" is declared, the cluster's is "${issuer}"`)
  return issuer
}

async function serve(
  options: ClusterPlatformOptions,
  {
    issuer,
    names,
    tls,
  }: { readonly issuer: string; readonly names: ServiceNames; readonly tls: KeyPair },
): Promise<Served> {
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
    const cloud = options.declaration.cloudFor(issuer)
    const authorityHost = `${origin(names.entra[0])}/`
    const handlers = await servicesOf(options, { issuer, cloud, names, origin })
    for (const name of names.entra) hosts.set(name, handlers.entra)
    for (const name of names.cosmos) hosts.set(name, handlers.cosmos)
    const webhook = await listen(
      createWebhook({
        settings: { tenantId: cloud.directory.tenantId, authorityHost },
        findAccount: (namespace, name) =>
          options.apiServer
            .client()
            .get(`/api/v1/namespaces/${namespace}/serviceaccounts/${encodeURIComponent(name)}`),
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
  options: ClusterPlatformOptions,
  {
    issuer,
    cloud,
    names,
    origin,
  }: {
    readonly issuer: string
    readonly cloud: Cloud
    readonly names: ServiceNames
    readonly origin: (host: string) => string
  },
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
    ...(options.onRequest && { onRequest: options.onRequest }),
    ...clock,
  })
  return { entra, cosmos }
}

/** Passes a line on unless it is the one before: a trouble that lasts is told once. */
function onlyNews(tell: (line: string) => void): (line: string) => void {
  let last: string | undefined
  return (line) => {
    if (line !== last) tell(line)
    last = line
  }
}

async function repeat(everyMs: number, signal: AbortSignal, work: () => Promise<void>) {
  while (!signal.aborted) {
    await pause(everyMs, signal)
    if (!signal.aborted) await work()
  }
}

/** An abort ends the pause at once; the caller looks at the signal next. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
