import { expect, test } from 'vitest'
import { qosClass } from './qos.ts'

const FULL = { cpu: '1', memory: '1Gi' }

test.for([
  { when: 'nothing is asked for', resources: [{}], is: 'BestEffort' },
  { when: 'only zero is asked for', resources: [{ requests: { cpu: '0' } }], is: 'BestEffort' },
  {
    when: 'limits and requests are equal',
    resources: [{ limits: FULL, requests: FULL }],
    is: 'Guaranteed',
  },
  {
    when: 'they are equal in other words',
    resources: [{ limits: FULL, requests: { cpu: '1000m', memory: '1024Mi' } }],
    is: 'Guaranteed',
  },
  { when: 'a limit is missing', resources: [{ requests: FULL }], is: 'Burstable' },
  {
    when: 'one container asks for nothing',
    resources: [{ limits: FULL, requests: FULL }, {}],
    is: 'Burstable',
  },
])('a pod is $is when $when', ({ resources, is }) => {
  const containers = resources.map((one, index) => ({ name: String(index), resources: one }))
  expect(qosClass({ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: { containers } })).toBe(is)
})
