import { create, get, inNamespace, MERGE, patch, update } from '../case.ts'
import type { Case } from '../case.ts'
import { configMap, deployment, pod } from './fixtures.ts'

const PODS = inNamespace('pods')
const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')

function binding(name: string, node: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  }
}

const BUDGETS = inNamespace('poddisruptionbudgets', 'policy/v1')

function eviction(name: string): object {
  return { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } }
}

export const SUBRESOURCE_CASES: readonly Case[] = [
  {
    name: 'subresource: scale of a deployment',
    bare: true,
    steps: [
      create(DEPLOYMENTS, deployment('x', { replicas: 2 }), { silent: true }),
      get(`${DEPLOYMENTS}/x/scale`),
      patch(MERGE, `${DEPLOYMENTS}/x/scale`, { spec: { replicas: 4 } }),
      patch(MERGE, `${DEPLOYMENTS}/x/scale`, { spec: { replicas: -4 } }),
      get(`${DEPLOYMENTS}/x`, { only: ['spec.replicas', 'metadata.generation'] }),
      get(`${DEPLOYMENTS}/gone/scale`),
    ],
  },
  {
    name: 'subresource: status changes status only',
    bare: true,
    steps: [
      create(DEPLOYMENTS, deployment('x', { replicas: 2 }), { silent: true }),
      patch(MERGE, `${DEPLOYMENTS}/x/status`, {
        metadata: { labels: { a: 'b' } },
        spec: { replicas: 9 },
        status: { replicas: 1, conditions: [{ type: 'Available', status: 'True' }] },
      }),
      get(`${DEPLOYMENTS}/x/status`),
      patch(MERGE, `${DEPLOYMENTS}/x/status`, { status: { replicas: -1 } }),
    ],
  },
  {
    name: 'subresource: a pod is bound once',
    steps: [
      create(PODS, pod('x'), { silent: true }),
      create(`${PODS}/x/binding`, binding('x', 'node-1')),
      get(`${PODS}/x`, { only: ['spec.nodeName', 'status.conditions', 'status.phase'] }),
      create(`${PODS}/x/binding`, binding('x', 'node-2')),
      create(`${PODS}/gone/binding`, binding('gone', 'node-2')),
      create(`${PODS}/x/binding`, {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'x' },
        target: { name: '' },
      }),
    ],
  },
  {
    name: 'subresource: a binding speaks of one pod',
    steps: [
      create(PODS, pod('x'), { silent: true }),
      create(`${PODS}/x/binding`, {
        ...binding('x', 'node-1'),
        metadata: { name: 'x', uid: '00000000-0000-0000-0000-000000000001' },
      }),
      create(`${PODS}/x/binding`, binding('other', 'node-1')),
      create(`${PODS}/x/binding`, {
        ...binding('x', 'node-1'),
        target: { kind: 'Pod', name: 'node-1' },
      }),
      create(`${PODS}/x/binding`, {
        ...binding('x', 'node-1'),
        metadata: { name: 'x', labels: { a: 'b' }, annotations: { c: 'd' } },
      }),
      get(`${PODS}/x`, { only: ['spec.nodeName', 'metadata.annotations', 'metadata.labels'] }),
      create(PODS, pod('gated', { schedulingGates: [{ name: 'example.com/g' }] }), {
        silent: true,
      }),
      create(`${PODS}/gated/binding`, binding('gated', 'node-1')),
    ],
  },
  {
    name: 'subresource: an eviction asks the disruption budget of a running pod',
    bare: true,
    steps: [
      create(BUDGETS, {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'b' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } },
      }),
      create(PODS, pod('waiting', {}, { labels: { app: 'x' } }), { silent: true }),
      create(`${PODS}/waiting/eviction`, eviction('waiting')),
      create(PODS, pod('running', { nodeName: 'n' }, { labels: { app: 'x' } }), { silent: true }),
      patch(
        MERGE,
        `${PODS}/running/status`,
        { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
        { silent: true },
      ),
      create(`${PODS}/running/eviction`, eviction('running')),
      patch(
        MERGE,
        `${BUDGETS}/b/status`,
        {
          status: {
            observedGeneration: 1,
            disruptionsAllowed: 0,
            currentHealthy: 1,
            desiredHealthy: 1,
            expectedPods: 1,
          },
        },
        { silent: true },
      ),
      create(`${PODS}/running/eviction`, eviction('running')),
      patch(
        MERGE,
        `${BUDGETS}/b/status`,
        { status: { disruptionsAllowed: 1, currentHealthy: 2, expectedPods: 2 } },
        { silent: true },
      ),
      create(`${PODS}/running/eviction?dryRun=All`, eviction('running')),
      create(`${PODS}/running/eviction`, eviction('running')),
      get(`${BUDGETS}/b`, { only: ['status.disruptionsAllowed'] }),
    ],
  },
  {
    name: 'subresource: status of a pod',
    steps: [
      create(PODS, pod('x', { nodeName: 'n' }), { silent: true }),
      patch(MERGE, `${PODS}/x/status`, {
        status: {
          phase: 'Running',
          podIP: '10.1.1.1',
          startTime: '2026-01-01T00:00:00Z',
          containerStatuses: [
            {
              name: 'main',
              image: 'a',
              imageID: '',
              ready: true,
              restartCount: 0,
              state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
            },
          ],
        },
      }),
      get(`${PODS}/x/status`, { only: ['status'] }),
    ],
  },
  {
    name: 'subresource: logs that cannot be had',
    steps: [
      create(PODS, pod('x'), { silent: true }),
      get(`${PODS}/x/log`),
      get(`${PODS}/gone/log`),
      get(`${PODS}/x/log?container=nope`),
      get(`${PODS}/x/log?tailLines=-1`),
      get(`${PODS}/x/log?sinceSeconds=0`),
      create(
        PODS,
        pod('two', {
          containers: [
            { name: 'a', image: 'a' },
            { name: 'b', image: 'b' },
          ],
        }),
        { silent: true },
      ),
      get(`${PODS}/two/log`),
    ],
  },
  {
    name: 'subresource: one that is not there',
    steps: [
      create(inNamespace('configmaps'), configMap('x'), { silent: true }),
      get(`${inNamespace('configmaps')}/x/status`),
      get(`${inNamespace('configmaps')}/x/scale`),
      update(`${inNamespace('configmaps')}/x/status`, configMap('x')),
    ],
  },
  {
    name: 'subresource: an eviction deletes the pod',
    steps: [
      create(PODS, pod('x'), { silent: true }),
      create(`${PODS}/x/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'other' },
      }),
      create(`${PODS}/x/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'x' },
      }),
      get(`${PODS}/x`),
    ],
  },
]
