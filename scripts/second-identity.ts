import { Agent } from 'node:https'
import { CosmosClient } from '@azure/cosmos'
import { ClientAssertionCredential } from '@azure/identity'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'

/** Somebody else than the worker: another service account, another identity, a role that only reads. */
export interface SecondIdentity {
  readonly kubeconfig: string
  readonly namespace: string
  readonly serviceAccount: string
  readonly clientId: string
  readonly tenantId: string
  readonly authorityHost: string
  readonly endpoint: string
  /** PEM root that signed the token service and the account. */
  readonly certificateAuthority: string
}

/** Who reads, where, and over which connections. */
export interface Reader {
  readonly clientId: string
  readonly tenantId: string
  readonly authorityHost: string
  readonly endpoint: string
  /** A token of its service account, for the audience of Microsoft Entra. */
  readonly assertion: () => Promise<string>
  /** Trusts the root that signed the token service and the account. */
  readonly agent: Agent
}

/** An item as the worker writes it. */
export interface WrittenItem {
  readonly id: string
  readonly name: string
  readonly writtenAt: string
  /** The worker writes which pod it was; others may not. */
  readonly pod?: { readonly uid: string }
}

interface ContainerName {
  readonly database: string
  readonly container: string
}

/**
 * Reads what is in a container by the way the worker came in: a service-account token of its own, exchanged for an
 * access token of its own. Makes the namespace and the service account if they are
 * not there.
 */
export async function queryAs(
  identity: SecondIdentity,
  container: ContainerName,
): Promise<readonly WrittenItem[]> {
  const agent = new Agent({ ca: identity.certificateAuthority, keepAlive: true })
  try {
    const assertion = () => serviceAccountToken(identity)
    return await readItems({ ...identity, assertion, agent }, container)
  } finally {
    agent.destroy()
  }
}

/** As `queryAs`, for a reader that brings its own service-account token and its own connections. */
export async function readItems(
  reader: Reader,
  container: ContainerName,
): Promise<readonly WrittenItem[]> {
  const { agent, endpoint, authorityHost } = reader
  const aadCredentials = new ClientAssertionCredential(
    reader.tenantId,
    reader.clientId,
    reader.assertion,
    { authorityHost, disableInstanceDiscovery: true, agent },
  )
  const client = new CosmosClient({ endpoint, aadCredentials, agent })
  try {
    const { resources } = await client
      .database(container.database)
      .container(container.container)
      .items.query<WrittenItem>('SELECT * FROM c ORDER BY c.writtenAt')
      .fetchAll()
    return resources
  } finally {
    client.dispose()
  }
}

async function serviceAccountToken(identity: SecondIdentity): Promise<string> {
  const config = new KubeConfig()
  config.loadFromFile(identity.kubeconfig)
  const core = config.makeApiClient(CoreV1Api)
  const { namespace, serviceAccount: name } = identity
  await unlessThere(core.createNamespace({ body: { metadata: { name: namespace } } }))
  await unlessThere(
    core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } }),
  )
  const { status } = await core.createNamespacedServiceAccountToken({
    namespace,
    name,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['api://AzureADTokenExchange'], expirationSeconds: 3600 },
    },
  })
  if (!status?.token)
    throw new Error(`ServiceAccount/${namespace}/${name}: the API server returned no token`)
  return status.token
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  await creation.catch((error: unknown) => {
    if ((error as { code?: number }).code !== 409) throw error
  })
}
