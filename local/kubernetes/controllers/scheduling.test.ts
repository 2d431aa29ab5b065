import { expect, test } from 'vitest'
import type { KubeObject } from '../object.ts'
import { rejections, unschedulableMessage } from './scheduling.ts'

function pod(spec: object = {}, cpu?: string): KubeObject {
  const resources = cpu === undefined ? {} : { requests: { cpu } }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'demo' },
    spec: { containers: [{ name: 'c', resources }], ...spec },
  }
}

function node(spec: object = {}, labels: Record<string, string> = { zone: 'a' }): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1', labels },
    spec,
    status: { allocatable: { cpu: '1', memory: '1Gi', pods: '2' } },
  }
}

const TAINTED = { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }
const required = (term: object) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
    },
  },
})
const expression = (operator: string, ...values: string[]) =>
  required({ matchExpressions: [{ key: 'zone', operator, values }] })
const MISMATCH = ["node(s) didn't match Pod's node affinity/selector"]

test.for([
  { when: 'nothing is asked', pod: pod(), node: node(), reasons: [] },
  {
    when: 'the selector fits',
    pod: pod({ nodeSelector: { zone: 'a' } }),
    node: node(),
    reasons: [],
  },
  {
    when: 'the selector does not',
    pod: pod({ nodeSelector: { zone: 'b' } }),
    node: node(),
    reasons: MISMATCH,
  },
  { when: 'the affinity fits', pod: pod(expression('In', 'a', 'b')), node: node(), reasons: [] },
  {
    when: 'the affinity does not',
    pod: pod(expression('NotIn', 'a')),
    node: node(),
    reasons: MISMATCH,
  },
  {
    when: 'the affinity names the node',
    pod: pod(required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] })),
    node: node(),
    reasons: [],
  },
  {
    when: 'the node is cordoned',
    pod: pod(),
    node: node({ unschedulable: true }),
    reasons: ['node(s) were unschedulable'],
  },
  {
    when: 'the node is tainted',
    pod: pod(),
    node: node(TAINTED),
    reasons: ['node(s) had untolerated taint(s)'],
  },
  {
    when: 'the taint is tolerated',
    pod: pod({ tolerations: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }),
    node: node(TAINTED),
    reasons: [],
  },
  {
    when: 'the value of the toleration is another',
    pod: pod({ tolerations: [{ key: 'gpu', value: 'no' }] }),
    node: node(TAINTED),
    reasons: ['node(s) had untolerated taint(s)'],
  },
  {
    when: 'everything is tolerated',
    pod: pod({ tolerations: [{ operator: 'Exists' }] }),
    node: node(TAINTED),
    reasons: [],
  },
  {
    when: 'the taint is only a preference',
    pod: pod(),
    node: node({ taints: [{ key: 'gpu', effect: 'PreferNoSchedule' }] }),
    reasons: [],
  },
  {
    when: 'it asks for too much',
    pod: pod({}, '1500m'),
    node: node(),
    reasons: ['Insufficient cpu'],
  },
])('a pod on a node when $when: $reasons', ({ pod, node, reasons }) => {
  expect(rejections(pod, { node, pods: [] })).toEqual(reasons)
})

test('what runs there counts', () => {
  const pods = [pod({}, '600m'), pod()]
  expect(rejections(pod({}, '500m'), { node: node(), pods })).toEqual([
    'Too many pods',
    'Insufficient cpu',
  ])
})

test.for([
  { nodes: [], message: 'no nodes available to schedule pods' },
  {
    nodes: [
      ['Insufficient cpu', 'Insufficient memory'],
      ['node(s) were unschedulable'],
      ['Insufficient cpu'],
    ],
    message:
      '0/3 nodes are available: 1 Insufficient memory, 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
  },
])('$nodes reads "$message"', ({ nodes, message }) => {
  expect(unschedulableMessage(nodes)).toBe(message)
})
