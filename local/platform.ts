import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { startCosmos } from './cosmos/server.ts'
import type { AuditRecord } from './cosmos/server.ts'
import type { Store } from './cosmos/store.ts'
import type { Declaration, Ports } from './declaration.ts'
import { startEntra } from './entra/server.ts'
import type { ExchangeEvent } from './entra/server.ts'
import { startControllers } from './kubernetes/controllers/controllers.ts'
import { startNode } from './kubernetes/node/node.ts'
import { startKubernetes } from './kubernetes/server.ts'
import { createAuthority } from './tls.ts'

/** The running platform: a cluster with one node, a token service and an account, all on 127.0.0.1. */
export interface Platform {
  /** Where the kubeconfig, the root certificate and the pods' files are. */
  readonly directory: string
  /** Kubeconfig of an administrator, mode 0600; its only context is `keyless-local`. */
  readonly kubeconfig: string
  /** Path of the root certificate that signed every server here. */
  readonly caFile: string
  /** The same certificate, PEM. */
  readonly certificateAuthority: string
  readonly urls: { readonly kubernetes: string; readonly entra: string; readonly cosmos: string }
  /** Ends the pods, the servers and every watch; afterwards nothing of the platform runs. */
  close(): Promise<void>
}

export interface PlatformOptions {
  readonly declaration: Declaration
  /** Made if missing, readable by its owner only. */
  readonly directory: string
  /** Default: every port chosen by the system. */
  readonly ports?: Ports
  readonly now?: () => number
  /** Asked at every request, so that a test can take a credential or a role away while it runs. */
  readonly current?: () => Declaration
  /** What holds the account's data; default: memory. It is open, and stays open when the platform closes. */
  readonly store?: Store
  /** Told of every token exchange, and of every request to the account; neither holds a token. */
  readonly onExchange?: (event: ExchangeEvent) => void
  readonly onRequest?: (record: AuditRecord) => void
}

/** Name of the context in the platform's kubeconfig, and of its cluster. */
export const CONTEXT = 'keyless-local'

const LOOPBACK = ['127.0.0.1', 'localhost']

/**
 * Starts the whole platform in this process.
 *
 * @throws {ListenError} if a port is taken. What had been started is stopped again.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { declaration, directory } = options
  const current = options.current ?? (() => declaration)
  const clock = options.now ? { now: options.now } : {}
  const ports = options.ports ?? { kubernetes: 0, entra: 0, cosmos: 0 }
  const authority = await createAuthority((options.now ?? Date.now)())
  const ca = authority.certificate
  const tls = await authority.issue(LOOPBACK)
  const tokens = { admin: token(), node: token(), controllers: token() }
  const started: { close(): Promise<void> }[] = []
  const close = async () => {
    for (const service of started.splice(0).toReversed()) await service.close()
  }

  try {
    const addresses = { kubernetes: '', cosmos: '' }
    const entra = keep(
      started,
      await startEntra({
        tls,
        port: ports.entra,
        directory: () => withResource(current(), addresses.cosmos),
        ...(options.onExchange ? { onExchange: options.onExchange } : {}),
        issuers: () => [
          { issuer: declaration.issuer, url: addresses.kubernetes, certificateAuthority: ca },
        ],
        ...clock,
      }),
    )
    const cosmos = keep(
      started,
      await startCosmos({
        tls,
        port: ports.cosmos,
        account: () => current().account,
        ...(options.onRequest ? { onRequest: options.onRequest } : {}),
        ...(options.store ? { store: options.store } : {}),
        authority: {
          tenantId: declaration.directory.tenantId,
          jwksUrl: `${entra.url}/${declaration.directory.tenantId}/discovery/v2.0/keys`,
          certificateAuthority: ca,
        },
        ...clock,
      }),
    )
    const kubernetes = keep(
      started,
      await startKubernetes({
        tls,
        port: ports.kubernetes,
        issuer: declaration.issuer,
        certificateAuthority: ca,
        users: [
          { token: tokens.admin, name: 'kubernetes-admin', groups: ['system:masters'] },
          {
            token: tokens.node,
            name: `system:node:${declaration.node}`,
            groups: ['system:masters'],
          },
          {
            token: tokens.controllers,
            name: 'system:kube-controller-manager',
            groups: ['system:masters'],
          },
        ],
        workloadIdentity: {
          tenantId: declaration.directory.tenantId,
          authorityHost: `${entra.url}/`,
        },
        ...clock,
      }),
    )
    addresses.kubernetes = kubernetes.url
    addresses.cosmos = cosmos.url

    await mkdir(directory, { recursive: true, mode: 0o700 })
    const access = { url: kubernetes.url, certificateAuthority: ca }
    keep(
      started,
      await startControllers({
        access: { ...access, token: tokens.controllers },
        certificateAuthority: ca,
        ...clock,
      }),
    )
    keep(
      started,
      await startNode({
        access: { ...access, token: tokens.node },
        name: declaration.node,
        tls,
        images: declaration.images,
        directory: join(directory, 'node'),
        ...clock,
      }),
    )

    const kubeconfig = join(directory, 'kubeconfig')
    const caFile = join(directory, 'ca.crt')
    await writeFile(kubeconfig, kubeconfigYaml(kubernetes.url, ca, tokens.admin), { mode: 0o600 })
    await writeFile(caFile, ca, { mode: 0o600 })
    return {
      directory,
      kubeconfig,
      caFile,
      certificateAuthority: ca,
      urls: { kubernetes: kubernetes.url, entra: entra.url, cosmos: `${cosmos.url}/` },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function keep<T extends { close(): Promise<void> }>(
  started: { close(): Promise<void> }[],
  service: T,
): T {
  started.push(service)
  return service
}

function token(): string {
  return randomBytes(32).toString('base64url')
}

/** Entra knows a Cosmos DB account by its endpoint; here that is the gateway's own address. */
function withResource({ directory }: Declaration, cosmosUrl: string): Declaration['directory'] {
  return { ...directory, resources: [...directory.resources, cosmosUrl] }
}

function kubeconfigYaml(server: string, ca: string, bearer: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: CONTEXT,
        cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: CONTEXT, user: { token: bearer } }],
    contexts: [
      { name: CONTEXT, context: { cluster: CONTEXT, user: CONTEXT, namespace: 'keyless-cosmos' } },
    ],
    'current-context': CONTEXT,
  })
}
