import { expect, test } from 'vitest'
import type { Fields, KubeObject } from './object.ts'
import { verdict } from './verdict.ts'

const HOPELESS = waiting('ErrImagePull', 'not found')
const CREATED = '2026-01-01T00:00:00Z'

function waiting(reason: string, message = ''): Fields {
  return {
    phase: 'Pending',
    containerStatuses: [{ name: 'w', state: { waiting: { reason, message } } }],
  }
}

function make(
  kind: string,
  name: string,
  fields: Fields & { readonly metadata?: Fields } = {},
): KubeObject {
  const { metadata, ...rest } = fields
  return {
    apiVersion: 'x',
    kind,
    metadata: { name, uid: name, generation: 1, creationTimestamp: CREATED, ...metadata },
    ...rest,
  }
}

function owned(object: KubeObject, owner: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, owner } }
}

function judge(root: KubeObject, others: readonly KubeObject[] = [], expected = false) {
  return verdict(root, {
    childrenOf: (owner) =>
      others.filter(({ metadata }) => metadata['owner'] === owner.metadata.name),
    eventsOf: (object) =>
      others.filter((one) => one.kind === 'Event' && one['about'] === object.metadata.name),
    isExpected: () => expected,
  })
}

function event(
  about: string,
  reason: string,
  message: string,
  lastTimestamp = CREATED,
): KubeObject {
  return make('Event', `${about}-event`, { about, reason, message, lastTimestamp })
}

function template(image: string, labels: Fields = {}): Fields {
  return { template: { metadata: { labels: { app: 'd', ...labels } }, spec: { image } } }
}

const deployment = make('Deployment', 'd', {
  spec: template('new'),
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 },
})
const newSet = owned(
  make('ReplicaSet', 'new', { spec: template('new', { 'pod-template-hash': '1' }) }),
  'd',
)
// Younger: the Deployment went back to an earlier template
const oldSet = owned(
  make('ReplicaSet', 'old', {
    metadata: { creationTimestamp: '2026-01-02T00:00:00Z' },
    spec: template('old', { 'pod-template-hash': '2' }),
  }),
  'd',
)
const job = make('Job', 'j', { status: { active: 1 } })

test('a pod of the newest template without hope makes the Deployment fail, and is the culprit', () => {
  const pod = owned(make('Pod', 'p', { status: HOPELESS }), 'new')
  const { readiness, culprit } = judge(deployment, [oldSet, newSet, pod])
  expect(readiness).toMatchObject({
    cause: 'image-pull',
    reason: expect.stringMatching(/^pod p: /),
  })
  expect(culprit).toBe(pod)
})

test.for([
  {
    when: 'the pod is of an older template',
    pods: [owned(make('Pod', 'p', { status: HOPELESS }), 'old')],
  },
  {
    when: 'the pod is being deleted',
    pods: [
      owned(
        make('Pod', 'p', { metadata: { deletionTimestamp: CREATED }, status: HOPELESS }),
        'new',
      ),
    ],
  },
  {
    when: 'the pod was evicted, so that another takes its place',
    pods: [owned(make('Pod', 'p', { status: { phase: 'Failed', reason: 'Evicted' } }), 'new')],
  },
])('a Deployment goes on when $when', ({ pods }) => {
  expect(judge(deployment, [oldSet, newSet, ...pods]).readiness.status).toBe('in-progress')
})

test('before the controller has seen the change, the newest pods are still the old ones', () => {
  const changed = { ...deployment, metadata: { ...deployment.metadata, generation: 2 } }
  const pod = owned(make('Pod', 'p', { status: HOPELESS }), 'new')
  expect(judge(changed, [newSet, pod]).readiness.status).toBe('in-progress')
})

test('before the watch has told of the new set, nobody else is blamed', () => {
  const pod = owned(make('Pod', 'p', { status: HOPELESS }), 'old')
  expect(judge(deployment, [oldSet, pod]).readiness.status).toBe('in-progress')
})

test('where pods are refused, the set that asked for them is the culprit', () => {
  const refused = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: small' }
  const short = { ...deployment, status: { observedGeneration: 1, conditions: [refused] } }
  expect(judge(short, [newSet])).toMatchObject({ readiness: { cause: 'quota' }, culprit: newSet })
})

test('a Job decides itself when a container has ended badly often enough', () => {
  const end = {
    phase: 'Failed',
    containerStatuses: [{ name: 'w', state: { terminated: { exitCode: 1 } } }],
  }
  const pod = owned(make('Pod', 'p', { status: end }), 'j')
  expect(judge(job, [pod]).readiness.status).toBe('in-progress')
  const over = { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }
  const failedJob = { ...job, status: { conditions: [over] } }
  expect(judge(failedJob, [pod])).toMatchObject({
    readiness: { cause: 'job-failed' },
    culprit: pod,
  })
})

test("a Job's pod that can never start fails the Job at once", () => {
  const pod = owned(make('Pod', 'p', { status: waiting('InvalidImageName') }), 'j')
  expect(judge(job, [pod]).readiness).toMatchObject({ cause: 'image-pull', graceMs: 0 })
})

test('a Job whose pods are refused is known by the event alone', () => {
  const refusal = event('j', 'FailedCreate', 'forbidden: exceeded quota: small')
  expect(judge(job, [refusal]).readiness).toMatchObject({ cause: 'quota' })
  const pod = owned(make('Pod', 'p', { status: { phase: 'Running' } }), 'j')
  expect(judge(job, [refusal, pod]).readiness.status).toBe('in-progress')
})

const STATEFUL = make('StatefulSet', 's', {
  spec: { replicas: 2 },
  status: { updateRevision: 'b' },
})

test.for([
  { when: 'of the new revision', revision: 'b', status: 'failed' },
  { when: 'of the old revision', revision: 'a', status: 'in-progress' },
])('a StatefulSet is $status when its hopeless pod is $when', ({ revision, status }) => {
  const metadata = { labels: { 'controller-revision-hash': revision } }
  const pod = owned(make('Pod', 's-0', { metadata, status: HOPELESS }), 's')
  expect(judge(STATEFUL, [pod]).readiness.status).toBe(status)
})

test('a refusal that is older than the newest pod is history', () => {
  const labels = { 'controller-revision-hash': 'b' }
  const metadata = { creationTimestamp: '2026-01-01T01:00:00Z', labels }
  const pod = owned(make('Pod', 's-0', { metadata, status: { phase: 'Running' } }), 's')
  const refusal = event('s', 'FailedCreate', 'exceeded quota')
  expect(judge(STATEFUL, [refusal, pod]).readiness.status).toBe('in-progress')
  expect(judge(STATEFUL, [refusal]).readiness.status).toBe('failed')
})

test.for([
  { when: 'the config map is missing', expected: false, status: 'failed' },
  { when: 'the config map is part of this deploy', expected: true, status: 'in-progress' },
])('a pod that cannot mount is $status when $when', ({ expected, status }) => {
  const pod = make('Pod', 'p', { status: waiting('ContainerCreating') })
  const mount = event('p', 'FailedMount', 'MountVolume.SetUp failed: configmap "c" not found')
  expect(judge(pod, [mount], expected).readiness).toMatchObject({
    status,
    reason: expect.stringContaining('configmap "c" not found'),
  })
})

test('an unschedulable pod is waited for while the autoscaler adds a node', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }]
  const pod = make('Pod', 'p', { status: { phase: 'Pending', conditions } })
  expect(judge(pod).readiness).toMatchObject({ cause: 'unschedulable', graceMs: 15_000 })
  expect(judge(pod, [event('p', 'TriggeredScaleUp', '1->2')]).readiness.status).toBe('in-progress')
})
