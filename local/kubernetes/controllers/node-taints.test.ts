import { expect, test } from 'vitest'
import type { KubeObject } from '../object.ts'
import { taintsOf } from './node-taints.ts'

function node(ready: string | undefined, spec: object = {}): KubeObject {
  const conditions = ready === undefined ? [] : [{ type: 'Ready', status: ready }]
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec, status: { conditions } }
}

const taint = (key: string) => ({ key: `node.kubernetes.io/${key}`, effect: 'NoSchedule' })
const foreign = { key: 'gpu', effect: 'NoSchedule' }

test.for([
  { when: 'it has not said anything yet', node: node(undefined), taints: [taint('not-ready')] },
  { when: 'it is not ready', node: node('False'), taints: [taint('not-ready')] },
  { when: 'it is lost', node: node('Unknown'), taints: [taint('unreachable')] },
  {
    when: 'it became ready',
    node: node('True', { taints: [foreign, taint('not-ready')] }),
    taints: [foreign],
  },
  {
    when: 'it is cordoned',
    node: node('True', { unschedulable: true }),
    taints: [taint('unschedulable')],
  },
])('the taints of a node when $when', ({ node, taints }) => {
  expect(taintsOf(node)).toEqual(taints)
})
