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

/** An item as the worker writes it. */
export interface WrittenItem {
  readonly id: string
  readonly name: string
  readonly writtenAt: string
}

/**
 * Reads what is in a container by the way the worker came in: a service-account token of its own, exchanged for an
 * access token of its own. Makes the namespace and the service account if they are
 * not there.
 */
export async function queryAs(
  identity: SecondIdentity,
  container: { readonly database: string; readonly container: string },
): Promise<readonly WrittenItem[]> {
  const { certificateAuthority: ca } = identity
  const credential = new ClientAssertionCredential(
    identity.tenantId,
    identity.clientId,
    () => serviceAccountToken(identity),
    { authorityHost: identity.authorityHost, disableInstanceDiscovery: true, tlsOptions: { ca } },
  )
  const agent = new Agent({ ca, keepAlive: true })
  const client = new CosmosClient({
    endpoint: identity.endpoint,
    aadCredentials: credential,
    agent,
  })
  try {
    const { resources } = await client
      .database(container.database)
      .container(container.container)
      .items.query<WrittenItem>('SELECT * FROM c ORDER BY c.writtenAt')
      .fetchAll()
    return resources
  } finally {
    client.dispose()
    agent.destroy()
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
