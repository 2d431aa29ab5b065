import { expect, test } from 'vitest'
import { wrongQuantities } from './wrong-quantities.ts'

function object(kind: string, spec: object) {
  return { apiVersion: 'v1', kind, metadata: { name: 'x' }, spec }
}

function pod(container: object, more: object = {}) {
  return object('Pod', { containers: [{ name: 'ok' }, { name: 'x', ...container }], ...more })
}

test.for([
  {
    where: 'the limit of a container',
    of: pod({ resources: { requests: { cpu: '250m' }, limits: { memory: '512MB', cpu: 1 } } }),
    finds: ['.spec.containers[1].resources.limits.memory "512MB"'],
  },
  {
    where: 'the template of a Deployment, as often as it is there',
    of: object('Deployment', {
      template: pod({ resources: { requests: { cpu: '1 core', memory: '1Kb' } } }),
    }),
    finds: [
      '.spec.template.spec.containers[1].resources.requests.cpu "1 core"',
      '.spec.template.spec.containers[1].resources.requests.memory "1Kb"',
    ],
  },
  {
    where: 'the quota of a namespace',
    of: object('ResourceQuota', { hard: { 'requests.memory': '4GiB', pods: '3' } }),
    finds: ['.spec.hard.requests.memory "4GiB"'],
  },
  {
    where: 'the size of a claim, a volume or an emptyDir',
    of: object('StatefulSet', {
      template: { spec: { volumes: [{ emptyDir: { sizeLimit: '1GB' } }] } },
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: '10 Gi' } } } }],
      capacity: { storage: '5gi' },
    }),
    finds: [
      '.spec.template.spec.volumes[0].emptyDir.sizeLimit "1GB"',
      '.spec.volumeClaimTemplates[0].spec.resources.requests.storage "10 Gi"',
      '.spec.capacity.storage "5gi"',
    ],
  },
  {
    where: 'the divisor of a variable, and not its neighbours',
    of: pod({
      env: [
        { name: 'A', value: '512MB' },
        { name: 'B', valueFrom: { resourceFieldRef: { divisor: '1MB' } } },
      ],
    }),
    finds: ['.spec.containers[1].env[1].valueFrom.resourceFieldRef.divisor "1MB"'],
  },
  {
    where: 'the target of a metric',
    of: object('HorizontalPodAutoscaler', {
      metrics: [{ pods: { target: { type: 'AverageValue', averageValue: '1MB' } } }],
    }),
    finds: ['.spec.metrics[0].pods.target.averageValue "1MB"'],
  },
  {
    where: 'nowhere, of all endings that there are',
    of: object('ResourceQuota', {
      hard: {
        a: '1Ki',
        b: '1.5Gi',
        c: '.5',
        d: '5.',
        e: '1e3',
        f: '2E-2',
        g: '3E',
        h: '+1n',
        i: 4,
      },
    }),
    finds: [],
  },
])('a wrong quantity is found in $where', ({ of, finds }) => {
  expect(wrongQuantities(of)).toEqual(finds)
})
