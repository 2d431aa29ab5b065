import { expect, test } from 'vitest'
import { admitResourceQuota } from '../../local/kubernetes/admission/resource-quota.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'
import { creation, pod } from './cluster.ts'

function quota(hard: Record<string, string>, more: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'compute', namespace: 'app' },
    spec: { hard, ...more },
  }
}

function asking(requests: Record<string, string>, more: object = {}, metadata: object = {}) {
  return pod({ containers: [{ name: 'c', resources: { requests } }], ...more }, metadata)
}

function refusal(object: KubeObject, quotas: KubeObject[], pods: KubeObject[] = []) {
  try {
    admitResourceQuota(creation(object, { resourcequotas: quotas, pods }))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const FORBIDDEN = 'pods "demo" is forbidden: '
const other = (requests: Record<string, string>) => asking(requests, {}, { name: 'other' })

test.for([
  {
    when: 'one pod too many is created',
    hard: { pods: '1' },
    object: pod(),
    pods: [other({})],
    text: `${FORBIDDEN}exceeded quota: compute, requested: pods=1, used: pods=1, limited: pods=1`,
  },
  {
    when: 'the sum of requests fits exactly',
    hard: { 'requests.cpu': '1', 'requests.memory': '1Gi' },
    object: asking({ cpu: '500m', memory: '512Mi' }),
    pods: [other({ cpu: '0.5', memory: '512Mi' })],
    text: undefined,
  },
  {
    when: 'two of three are exceeded',
    hard: { 'requests.cpu': '1', 'requests.memory': '1Gi', pods: '9' },
    object: asking({ cpu: '600m', memory: '768Mi' }),
    pods: [other({ cpu: '500m', memory: '512Mi' })],
    text: `${FORBIDDEN}exceeded quota: compute, requested: requests.cpu=600m,requests.memory=768Mi, used: requests.cpu=500m,requests.memory=512Mi, limited: requests.cpu=1,requests.memory=1Gi`,
  },
  {
    when: 'a container states no request that the quota limits',
    hard: { 'limits.cpu': '1', 'requests.memory': '1Gi' },
    object: pod(),
    pods: [],
    text: `${FORBIDDEN}failed quota: compute: must specify limits.cpu for: c; requests.memory for: c`,
  },
  {
    when: 'the pods there have ended',
    hard: { pods: '1' },
    object: pod(),
    pods: [{ ...other({}), status: { phase: 'Succeeded' } }],
    text: undefined,
  },
  {
    when: 'ended pods count as objects',
    hard: { 'count/pods': '1' },
    object: pod(),
    pods: [{ ...other({}), status: { phase: 'Failed' } }],
    text: `${FORBIDDEN}exceeded quota: compute, requested: count/pods=1, used: count/pods=1, limited: count/pods=1`,
  },
  {
    when: 'an init container needs more than all others together',
    hard: { 'requests.cpu': '1' },
    object: asking(
      { cpu: '100m' },
      {
        initContainers: [{ name: 'i', resources: { requests: { cpu: '2' } } }],
      },
    ),
    pods: [],
    text: `${FORBIDDEN}exceeded quota: compute, requested: requests.cpu=2, used: requests.cpu=0, limited: requests.cpu=1`,
  },
])('when $when', ({ hard, object, pods, text }) => {
  expect(refusal(object, [quota(hard as Record<string, string>)], pods)).toBe(text)
})

test('a quota of best-effort pods does not look at others', () => {
  const bestEffort = quota({ pods: '0' }, { scopes: ['BestEffort'] })
  expect(refusal(asking({ cpu: '1' }), [bestEffort])).toBeUndefined()
  expect(refusal(pod(), [bestEffort])).toContain('exceeded quota: compute')
})

test.for([
  { hard: { configmaps: '1' }, shown: 'configmaps' },
  { hard: { 'count/configmaps': '1' }, shown: 'count/configmaps' },
])('other objects are counted as $shown', ({ hard, shown }) => {
  const map = { ...pod(), kind: 'ConfigMap' }
  const context = creation(map, {
    resourcequotas: [quota(hard)],
    configmaps: [map],
  })
  expect(() => admitResourceQuota(context)).toThrow(
    `configmaps "demo" is forbidden: exceeded quota: compute, requested: ${shown}=1, used: ${shown}=1, limited: ${shown}=1`,
  )
})

test('a scope that is not counted here is refused, not ignored', () => {
  const context = creation(quota({ pods: '1' }, { scopes: ['PriorityClass'] }))
  expect(() => admitResourceQuota(context)).toThrow(
    'scope PriorityClass of a ResourceQuota (not supported by this local API server)',
  )
})
