import { expect, test } from 'vitest'
import type { Container, PodSpec } from './pod.ts'
import { refusals } from './refusals.ts'

const container: Container = { name: 'c', image: 'i' }

function refused(spec: Partial<PodSpec>): readonly string[] {
  return refusals({
    metadata: { name: 'demo', namespace: 'ns', uid: 'u' },
    spec: { containers: [container], ...spec },
    status: {},
  })
}

test('an ordinary pod is not refused', () => {
  expect(refused({ initContainers: [container] })).toEqual([])
})

test.for<{ readonly what: string; readonly spec: Partial<PodSpec> }>([
  { what: 'runtime classes', spec: { runtimeClassName: 'gvisor' } },
  { what: 'ephemeral containers', spec: { ephemeralContainers: [{ name: 'debug' }] } },
  {
    what: 'init container c: restartPolicy Always (sidecars)',
    spec: { initContainers: [{ ...container, restartPolicy: 'Always' }] },
  },
  {
    what: 'container c: lifecycle.preStop',
    spec: { containers: [{ ...container, lifecycle: { preStop: {} } }] },
  },
  {
    what: 'container c: HTTPS probes',
    spec: {
      containers: [{ ...container, livenessProbe: { httpGet: { port: 1, scheme: 'HTTPS' } } }],
    },
  },
  {
    what: 'container c: a container-level restartPolicy',
    spec: { containers: [{ ...container, restartPolicy: 'Never' }] },
  },
])('refused: $what', ({ what, spec }) => {
  expect(refused(spec)).toEqual([what])
})
