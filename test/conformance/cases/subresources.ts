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
