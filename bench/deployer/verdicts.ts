import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { stringify } from 'yaml'
import type { KubernetesClient } from '../../local/kubernetes/client.ts'
import { startCountingServer } from './api-server.ts'
import { writeEnvironment } from './cell.ts'
import { oursInvocation } from './tools.ts'

/** From the status that shows that there is no hope to the end of the process. */
export interface Verdict {
  readonly name: string
  /** Without the grace that the deployer gives to what often passes by itself. */
  readonly seconds: number
  /** What the deployer says of it. */
  readonly reason: string
}

/** An object, and the status a kubelet, scheduler or controller gives it. */
interface Hopeless {
  readonly name: string
  readonly kind: keyof typeof OBJECTS
  readonly status: object
  /** What the deployer waits for it to pass: a quota may become free, a node may come. */
  readonly graceSeconds?: number
}

const CONTAINER = { name: 'main', image: 'registry.example/main:1' }

/** As the API server writes times. */
const NOW = new Date().toISOString().replace(/\.\d+/, '')

const CASES: readonly Hopeless[] = [
  waiting('image pull', 'ImagePullBackOff', 'failed to pull: registry.example/main:1: not found'),
  waiting('crash loop', 'CrashLoopBackOff', 'back-off 40s restarting failed container', 4),
  waiting('config error', 'CreateContainerConfigError', 'configmap "absent" not found'),
  {
    name: 'failed Job',
    kind: 'Job',
    status: {
      startTime: NOW,
      conditions: ['FailureTarget', 'Failed'].map((type) => ({
        type,
        status: 'True',
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
        lastTransitionTime: NOW,
      })),
    },
  },
  {
    ...condition('unschedulable', 'Pod', {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/1 nodes are available: 1 Insufficient cpu.',
    }),
    graceSeconds: 15,
  },
  {
    ...refused('quota', 'pods "demo-1" is forbidden: exceeded quota: q, requested: pods=1'),
    graceSeconds: 5,
  },
  {
    ...refused('webhook denial', 'admission webhook "policy.example" denied the request: no'),
    graceSeconds: 2,
  },
]

/** A wait that is under way by then. */
const UNTIL_IT_WATCHES_MS = 700
const TIMEOUT_SECONDS = 40

/** Each hopeless object on a fresh API server, whose node and controllers are played here. */
export async function measureVerdicts(
  program: string,
  parent: string,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for (const one of CASES) verdicts.push(await measureVerdict(program, parent, one))
  return verdicts
}

async function measureVerdict(
  program: string,
  parent: string,
  { name, kind, status, graceSeconds = 0 }: Hopeless,
): Promise<Verdict> {
  const directory = join(parent, `verdict-${name.replaceAll(' ', '-')}`)
  await mkdir(join(directory, 'objects'), { recursive: true })
  await writeFile(join(directory, 'objects', 'object.yaml'), stringify(OBJECTS[kind]))
  const server = await startCountingServer(0)
  try {
    await writeEnvironment(directory, server.access, 'default')
    await server.client.create('/api/v1/namespaces/default/serviceaccounts', DEFAULT_ACCOUNT)
    const { args, env } = oursInvocation(
      program,
      ['deploy', '--timeout', `${TIMEOUT_SECONDS}`, '--manifests', join(directory, 'objects')],
      directory,
    )
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    const said = text(child.stderr)
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', () => resolve(performance.now()))
    })
    const path = PATHS[kind]
    await untilThere(server.client, path)
    await sleep(UNTIL_IT_WATCHES_MS)
    const shownAt = performance.now()
    await server.client.patch(`${path}/status`, 'application/merge-patch+json', { status })
    const seconds = Math.round((await ended) - shownAt) / 1000 - graceSeconds
    const reason = /^✗ .*: failed (\(.+)$/m.exec(await said)?.[1]
    if (reason === undefined) throw new Error(`${name}: no verdict:\n${await said}`)
    return { name, seconds, reason }
  } finally {
    await server.close()
  }
}

const PATHS = {
  Pod: '/api/v1/namespaces/default/pods/demo',
  Job: '/apis/batch/v1/namespaces/default/jobs/demo',
  Deployment: '/apis/apps/v1/namespaces/default/deployments/demo',
}
/** Without it no pod is admitted. */
const DEFAULT_ACCOUNT = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default' },
}
const OBJECTS = {
  Pod: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'demo' },
    spec: { containers: [CONTAINER] },
  },
  Job: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'demo' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER] } } },
  },
  Deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'demo' },
    spec: {
      selector: { matchLabels: { app: 'demo' } },
      template: { metadata: { labels: { app: 'demo' } }, spec: { containers: [CONTAINER] } },
    },
  },
}

async function untilThere(client: KubernetesClient, path: string): Promise<void> {
  const isThere = () =>
    client.get(path).then(
      () => true,
      () => false,
    )
  for (let tries = 0; !(await isThere()); tries += 1) {
    if (tries > 500) throw new Error(`${path} was never made`)
    await sleep(20)
  }
}

function waiting(name: string, reason: string, message: string, restartCount = 0): Hopeless {
  const container = {
    name: CONTAINER.name,
    image: CONTAINER.image,
    imageID: '',
    ready: false,
    restartCount,
    state: { waiting: { reason, message } },
  }
  return { name, kind: 'Pod', status: { phase: 'Pending', containerStatuses: [container] } }
}

function condition(name: string, kind: Hopeless['kind'], shown: object): Hopeless {
  return { name, kind, status: { conditions: [shown] } }
}

/** A Deployment whose pods the API server does not take. */
function refused(name: string, message: string): Hopeless {
  const shown = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }
  const { status, ...rest } = condition(name, 'Deployment', shown)
  return { ...rest, status: { ...status, observedGeneration: 1, unavailableReplicas: 1 } }
}
