import { expect, test } from 'vitest'
import type { Fields } from './object.ts'
import { settleMs } from './settling.ts'

const UNPROBED = { containers: [{ name: 'a', readinessProbe: {} }, { name: 'b' }] }
const PROBED = { containers: [{ name: 'a', readinessProbe: {} }] }

test.for<{ kind: string; when: string; spec: Fields; ms: number }>([
  {
    kind: 'Deployment',
    when: 'a container has no probe',
    spec: { template: { spec: UNPROBED } },
    ms: 2_000,
  },
  {
    kind: 'Deployment',
    when: 'every container has one',
    spec: { template: { spec: PROBED } },
    ms: 0,
  },
  {
    kind: 'Deployment',
    when: 'minReadySeconds says how long',
    spec: { minReadySeconds: 1, template: { spec: UNPROBED } },
    ms: 0,
  },
  { kind: 'Pod', when: 'a container has no probe', spec: UNPROBED, ms: 2_000 },
  { kind: 'Pod', when: 'it is to end', spec: { ...UNPROBED, restartPolicy: 'Never' }, ms: 0 },
  { kind: 'Job', when: 'it is to end', spec: { template: { spec: UNPROBED } }, ms: 0 },
])('a $kind settles for $ms ms when $when', ({ kind, spec, ms }) => {
  expect(settleMs({ apiVersion: 'v1', kind, metadata: { name: 'x' }, spec })).toBe(ms)
})
