import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Condition } from '../../local/kubernetes/controllers/conditions.ts'
import { replicasOf } from '../../local/kubernetes/controllers/workloads.ts'
import type { Deployment, ReplicaSet } from '../../local/kubernetes/controllers/workloads.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { deployment } from './workloads.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster({ node: true })
})
afterAll(() => cluster.close())

const MERGE = 'application/merge-patch+json'

function paths(namespace: string) {
  const apps = `/apis/apps/v1/namespaces/${namespace}`
  return {
    deployments: `${apps}/deployments`,
    web: `${apps}/deployments/web`,
    sets: `${apps}/replicasets`,
    pods: `/api/v1/namespaces/${namespace}/pods`,
  }
}

async function setsOf(namespace: string): Promise<ReplicaSet[]> {
  const { items } = await cluster.client.list(paths(namespace).sets)
  return items as ReplicaSet[]
}

function condition({ status }: Deployment, type: string): Condition | undefined {
  return status?.conditions?.find((entry) => entry.type === type)
}

function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  return (
    status?.observedGeneration === metadata.generation &&
    status?.updatedReplicas === spec.replicas &&
    status?.availableReplicas === spec.replicas &&
    status?.replicas === spec.replicas
  )
}

async function rolledOut(namespace: string): Promise<Deployment> {
  return await cluster.until<Deployment>(
    paths(namespace).web,
    (live) =>
      isRolledOut(live) && condition(live, 'Progressing')?.reason === 'NewReplicaSetAvailable',
  )
}

test('a Deployment comes up with the conditions and events of a real cluster', async () => {
  const namespace = await cluster.namespace()
  await cluster.client.create(paths(namespace).deployments, deployment('web', { replicas: 3 }))
  const live = await rolledOut(namespace)
  const [set] = await setsOf(namespace)
  const name = set?.metadata.name

  expect(live.status).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3 })
  expect(live.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' })
  expect(condition(live, 'Available')).toMatchObject({
    status: 'True',
    reason: 'MinimumReplicasAvailable',
    message: 'Deployment has minimum availability.',
  })
  expect(condition(live, 'Progressing')).toMatchObject({
    status: 'True',
    message: `ReplicaSet "${name}" has successfully progressed.`,
  })
  expect(set).toMatchObject({
    metadata: {
      annotations: {
        'deployment.kubernetes.io/desired-replicas': '3',
        'deployment.kubernetes.io/max-replicas': '4',
        'deployment.kubernetes.io/revision': '1',
      },
      ownerReferences: [{ kind: 'Deployment', controller: true, blockOwnerDeletion: true }],
    },
    status: { replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 3, availableReplicas: 3 },
  })
  const events = await cluster.events(namespace)
  expect(events).toContain(`Normal ScalingReplicaSet Scaled up replica set ${name} from 0 to 3`)
  expect(events.filter((event) => event.includes('SuccessfulCreate Created pod: '))).toHaveLength(3)
})

function image(name: string): object {
  return { spec: { template: { spec: { containers: [{ name: 'app', image: name }] } } } }
}

/** The largest number of pods there were at once, counting none that is on its way out. */
async function mostPodsIn(pods: string, signal: AbortSignal): Promise<number> {
  const live = new Set<string>()
  let most = 0
  const note = ({ metadata }: KubeObject, isGone: boolean) => {
    if (isGone || metadata.deletionTimestamp !== undefined) live.delete(metadata.name ?? '')
    else live.add(metadata.name ?? '')
    most = Math.max(most, live.size)
  }
  await cluster.client.listAndWatch(
    pods,
    {
      onSync: (items) => items.forEach((pod) => note(pod, false)),
      onEvent: ({ type, object }) => note(object, type === 'DELETED'),
    },
    signal,
  )
  return most
}

async function atRevision(namespace: string, revision: string): Promise<void> {
  await cluster.until(
    paths(namespace).web,
    ({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'] === revision,
  )
}

test('a new template rolls out within its bounds, and back to the old ReplicaSet', async () => {
  const namespace = await cluster.namespace()
  const { web, deployments, pods } = paths(namespace)
  await cluster.client.create(deployments, deployment('web', { replicas: 4 }))
  await rolledOut(namespace)
  const watched = new AbortController()
  const most = mostPodsIn(pods, watched.signal)
  await cluster.client.patch(web, MERGE, image('app:2'))
  await atRevision(namespace, '2')
  await rolledOut(namespace)
  expect((await setsOf(namespace)).map(replicasOf).toSorted((a, b) => a - b)).toEqual([0, 4])

  await cluster.client.patch(web, MERGE, image('app:1'))
  await atRevision(namespace, '3')
  await rolledOut(namespace)
  watched.abort()
  expect(await most).toBeLessThanOrEqual(5)
  const sets = await setsOf(namespace)
  expect(sets).toHaveLength(2)
  expect(sets.find(({ spec }) => spec.replicas === 4)?.metadata.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
  })
})

test('Recreate ends every old pod before the first new one', async () => {
  const namespace = await cluster.namespace()
  const { web, deployments } = paths(namespace)
  const spec = { replicas: 2, strategy: { type: 'Recreate' } }
  await cluster.client.create(deployments, deployment('web', spec))
  await rolledOut(namespace)
  const change = { spec: { template: { metadata: { labels: { app: 'web', version: '2' } } } } }
  await cluster.client.patch(web, MERGE, change)
  await atRevision(namespace, '2')
  await rolledOut(namespace)
  const events = await cluster.events(namespace)
  const scaling = events.filter((event) => event.includes('ScalingReplicaSet'))
  expect(scaling.map((event) => event.replace(/.* replica set \S+ /, ''))).toEqual([
    'from 0 to 2',
    'from 2 to 0',
    'from 0 to 2',
  ])
})

test('scaling and pausing do what they say', async () => {
  const namespace = await cluster.namespace()
  const { web, deployments } = paths(namespace)
  await cluster.client.create(deployments, deployment('web', { replicas: 1 }))
  await rolledOut(namespace)
  await cluster.client.patch(web, MERGE, { spec: { replicas: 3 } })
  await rolledOut(namespace)
  await cluster.client.patch(web, MERGE, { spec: { paused: true } })
  const paused = await cluster.until<Deployment>(
    web,
    (live) => condition(live, 'Progressing')?.reason === 'DeploymentPaused',
  )
  expect(condition(paused, 'Progressing')).toMatchObject({
    status: 'Unknown',
    message: 'Deployment is paused',
  })
  await cluster.client.patch(web, MERGE, {
    spec: { template: { metadata: { labels: { app: 'web', version: '2' } } } },
  })
  await cluster.until<Deployment>(
    web,
    ({ status, metadata }) => status?.observedGeneration === metadata.generation,
  )
  expect(await setsOf(namespace)).toHaveLength(1)
  await cluster.client.patch(web, MERGE, { spec: { paused: false } })
  await rolledOut(namespace)
  expect(await setsOf(namespace)).toHaveLength(2)
})

test('a rollout that stands still passes its deadline', async () => {
  const namespace = await cluster.namespace()
  const { web, deployments } = paths(namespace)
  const spec = { replicas: 1, progressDeadlineSeconds: 1 }
  await cluster.client.create(deployments, deployment('web', spec, { ends: 'never-ready' }))
  const live = await cluster.until<Deployment>(
    web,
    (object) => condition(object, 'Progressing')?.status === 'False',
  )
  const [set] = await setsOf(namespace)
  expect(condition(live, 'Progressing')).toMatchObject({
    reason: 'ProgressDeadlineExceeded',
    message: `ReplicaSet "${set?.metadata.name}" has timed out progressing.`,
  })
  expect(condition(live, 'Available')).toMatchObject({
    status: 'False',
    reason: 'MinimumReplicasUnavailable',
    message: 'Deployment does not have minimum availability.',
  })
})

test('pods that admission refuses show as ReplicaFailure, with the sentence of the refusal', async () => {
  const namespace = await cluster.namespace({ 'pod-security.kubernetes.io/enforce': 'baseline' })
  const { web, deployments } = paths(namespace)
  const refused = { pod: { hostNetwork: true } }
  await cluster.client.create(deployments, deployment('web', { replicas: 2 }, refused))
  const live = await cluster.until<Deployment>(
    web,
    (object) => condition(object, 'ReplicaFailure') !== undefined,
  )
  const message = expect.stringMatching(
    /^pods "web-[a-z0-9]+-[a-z0-9]{5}" is forbidden: violates PodSecurity "baseline:latest": host namespaces \(hostNetwork=true\)/,
  ) as unknown
  expect(condition(live, 'ReplicaFailure')).toMatchObject({
    status: 'True',
    reason: 'FailedCreate',
    message,
  })
  const events = await cluster.events(namespace)
  const failures = events.filter((event) => event.startsWith('Warning FailedCreate'))
  expect(failures[0]).toMatch(/^Warning FailedCreate Error creating: pods "web-/)
})
