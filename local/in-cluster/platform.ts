import { setTimeout as sleep } from 'node:timers/promises'
import { createUpstreamStore } from '../cosmos/upstream/store.ts'
import type { UpstreamStore } from '../cosmos/upstream/store.ts'
import type { Cloud } from '../declared-cloud.ts'
import { readIssuerKeys } from '../entra/issuer-documents.ts'
import { textAt } from '../kubernetes/object.ts'
import { createCertificates } from './certificates.ts'
import type { ClusterDeclaration } from './declaration.ts'
import { serveHealth } from './health.ts'
import type { Check } from './health.ts'
import { serve, serviceNames } from './services.ts'
import type { ServeOptions, Served } from './services.ts'

/** The platform as a workload of a cluster, starting or up. */
export interface ClusterPlatform {
  /** Resolves once it serves. Never rejects: what hinders it is told, and tried again until `close`. */
  readonly up: Promise<Served | undefined>
  /** Of the health endpoint. */
  readonly healthPort: number
  close(): Promise<void>
}

export interface ClusterPlatformOptions extends ServeOptions {
  readonly declaration: ClusterDeclaration
  readonly ports: ServeOptions['ports'] & { readonly health: number }
  /** Names in the certificate beside those of the services. */
  readonly otherNames?: readonly string[]
  /** Told in one line what came up, what changed, and what goes wrong. */
  readonly onState: (line: string) => void
}

/** How soon a CA bundle that somebody changed is put back. */
const PASS_EVERY_MS = 3_000
/** How long after a failed start the next is tried. */
const RETRY_MS = 1_000
/** A store that needs longer for one write does not work. */
const PROBE_MS = 4_000

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
  const state: State = {
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
    const cloud = options.declaration.cloudFor(issuer)
    state.store = await openedStore(options.declaration, cloud, {
      signal: stop.signal,
      onChange: (line) => {
        state.starting = line
        tell(line)
      },
    })
    const { store } = state
    const tls = certificates.current()
    const served = await serve(options, { issuer, cloud, names, tls, ...(store && { store }) })
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
      store: async () => store?.probe(AbortSignal.timeout(PROBE_MS)),
    }
    tell(`up: tokens of ${issuer} are exchanged at https://${names.entra[0]}/`)
    return served
  }

  async function startUntilUp(): Promise<Served | undefined> {
    while (!stop.signal.aborted) {
      try {
        return await start()
      } catch (error) {
        await state.store?.close()
        state.store = undefined
        if (stop.signal.aborted) return undefined
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
      await state.store?.close()
      apiServer.close()
    },
  }
}

interface State {
  /** Why it does not serve yet. */
  starting: string
  checks: Readonly<Record<string, Check>>
  served?: Served
  /** Absent while the items are in this process. */
  store?: UpstreamStore | undefined
}

/** What the API server itself says it puts into tokens. */
async function clusterIssuer({ apiServer, declaration }: ClusterPlatformOptions): Promise<string> {
  const document = await apiServer.client().get('/.well-known/openid-configuration')
  const issuer = textAt(document, 'issuer') ?? ''
  if (declaration.issuer !== undefined && declaration.issuer !== issuer)
    throw new Error(`issuer: "${declaration.issuer}" is declared, the cluster's is "${issuer}"`)
  return issuer
}

/** @throws {UpstreamError} if an emulator is declared and does not work after two minutes. */
async function openedStore(
  { store: declared }: ClusterDeclaration,
  cloud: Cloud,
  options: { readonly signal: AbortSignal; readonly onChange: (line: string) => void },
): Promise<UpstreamStore | undefined> {
  if (declared === 'embedded') return undefined
  const store = createUpstreamStore({ url: declared.origin, account: () => cloud.account })
  try {
    await store.open(options)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
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
