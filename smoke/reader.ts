import { readFile } from 'node:fs/promises'
import type { WrittenItem } from '../scripts/second-identity.ts'
import { clientIdOf, tenantId } from './declared.ts'
import { trustRootFile } from './environment-file.ts'
import { ForwardedAgent, forwardTo } from './forward.ts'
import type { Kubectl } from './kubectl.ts'
import { PLATFORM_NAMESPACE, READER_LABEL, READER_NAMESPACE, WORKER_NAMESPACE } from './names.ts'
import { LOOK_AT_IT, SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'
import { podGone } from './worker.ts'

const SERVICE_ACCOUNT = 'reader'
const AUDIENCE = 'api://AzureADTokenExchange'

/**
 * Reads the items from outside the cluster as somebody else than the worker: a service account of its own, an identity
 * of its own, a role that only reads. The stand-ins are reached through the API server, under their own names.
 */
export async function readAsSecondIdentity(stage: Stage): Promise<readonly WrittenItem[]> {
  await makeServiceAccount(stage.kubectl)
  stage.voice.tell(
    `as ServiceAccount/${READER_NAMESPACE}/${SERVICE_ACCOUNT}, made for this, with a token by TokenRequest`,
  )
  const items = await readAll(stage).catch((cause: unknown) => {
    throw readFailed(stage, cause)
  })
  const pod = ['pod', 'demo', '--namespace', WORKER_NAMESPACE]
  const uid = (await stage.kubectl.get<LivePod>(pod))?.metadata.uid
  if (uid === undefined) throw podGone()
  if (items.some((item) => item.pod?.uid === uid)) return items
  throw new SmokeError(
    'ERR_UNEXPECTED',
    `the container holds ${items.length} items and none of Pod/${WORKER_NAMESPACE}/demo (${uid}), which says that it wrote one`,
    { hint: LOOK_AT_IT },
  )
}

/** The Azure packages have many errors of their own: of a refusal as of a connection that is gone. */
function readFailed({ signal }: Stage, cause: unknown): unknown {
  signal.throwIfAborted()
  if (cause instanceof SmokeError || cause instanceof TypeError || !(cause instanceof Error)) {
    return cause
  }
  const [reason] = cause.message.split('\n')
  return new SmokeError(
    'ERR_UNEXPECTED',
    `ServiceAccount/${READER_NAMESPACE}/${SERVICE_ACCOUNT} could not read the items: ${reason}`,
    { hint: LOOK_AT_IT, cause },
  )
}

interface LivePod {
  readonly metadata: { readonly uid: string }
}

async function readAll(stage: Stage): Promise<readonly WrittenItem[]> {
  // The Azure packages take longer to load than the first look at a cluster
  const { readItems } = await import('../scripts/second-identity.ts')
  return withForwards(stage, ['entra', 'cosmos'], async (agent) =>
    readItems(
      {
        clientId: await clientIdOf('reader'),
        tenantId: await tenantId(),
        authorityHost: `https://${hostOf('entra')}/`,
        endpoint: `https://${hostOf('cosmos')}/`,
        assertion: () => token(stage.kubectl),
        agent,
      },
      { database: 'rbacsample', container: 'data' },
    ),
  )
}

async function withForwards<T>(
  stage: Stage,
  services: readonly string[],
  work: (agent: ForwardedAgent) => Promise<T>,
): Promise<T> {
  const forwards = new Map<string, Awaited<ReturnType<typeof forwardTo>>>()
  try {
    for (const name of services) {
      forwards.set(hostOf(name), await forwardTo(stage, { namespace: PLATFORM_NAMESPACE, name }))
    }
    const ports = new Map([...forwards].map(([host, { port }]) => [host, port]))
    const agent = new ForwardedAgent(ports, { ca: await readFile(trustRootFile(stage), 'utf8') })
    try {
      return await work(agent)
    } finally {
      agent.destroy()
    }
  } finally {
    await Promise.all([...forwards.values()].map(({ close }) => close()))
  }
}

function hostOf(service: string): string {
  return `${service}.${PLATFORM_NAMESPACE}.svc.cluster.local`
}

async function makeServiceAccount(kubectl: Kubectl): Promise<void> {
  const labels = { [READER_LABEL.name]: READER_LABEL.value }
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: READER_NAMESPACE, labels } },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: SERVICE_ACCOUNT, namespace: READER_NAMESPACE, labels },
    },
  ]
  await kubectl.need(['apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  })
}

/** By TokenRequest, as the kubelet asks for a pod. */
async function token(kubectl: Kubectl): Promise<string> {
  const args = ['create', 'token', SERVICE_ACCOUNT, '--namespace', READER_NAMESPACE]
  const said = await kubectl.need([...args, '--audience', AUDIENCE])
  if (said.trim() !== '') return said.trim()
  throw new SmokeError(
    'ERR_UNEXPECTED',
    `ServiceAccount/${READER_NAMESPACE}/${SERVICE_ACCOUNT}: the API server returned no token`,
  )
}
