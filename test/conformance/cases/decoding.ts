import { apply, create, inNamespace } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { configMap, deployment, pod } from './fixtures.ts'

const PATH = inNamespace('configmaps')
const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')

function text(path: string, body: string, contentType = 'application/json'): Step {
  return { method: 'POST', path, text: body, contentType }
}

export const DECODING_CASES: readonly Case[] = [
  {
    name: 'decoding: unknown fields are refused, warned of or dropped',
    steps: ['Strict', 'Warn', 'Ignore', 'Nonsense', ''].map((validation) =>
      create(
        `${inNamespace('pods')}?dryRun=All&fieldValidation=${validation}`,
        pod('x', {
          containers: [{ name: 'a', image: 'b', imagee: 'c', env: [{ nam: 'x', name: 'y' }] }],
          nope: 1,
        }),
      ),
    ),
  },
  {
    name: 'decoding: by default unknown fields are warned of',
    steps: [create(PATH, { ...configMap('x'), metadata: { name: 'x', lables: {} }, dta: {} })],
  },
  {
    name: 'decoding: a field written twice',
    steps: [
      text(`${PATH}?fieldValidation=Strict`, '{"metadata":{"name":"x"},"data":{"a":"1","a":"2"}}'),
      text(
        `${PATH}?fieldValidation=Warn`,
        '{"metadata":{"name":"x"},"metadata":{"name":"x"},"data":{"a":"1"}}',
      ),
      text(
        `${PATH}?dryRun=All&fieldValidation=Ignore`,
        '{"metadata":{"name":"z","name":"y"},"data":{"a":"1"}}',
      ),
    ],
  },
  {
    name: 'decoding: values of the wrong type',
    steps: [
      create(DEPLOYMENTS, deployment('x', { replicas: 'three' })),
      create(DEPLOYMENTS, deployment('x', { replicas: 1.5 })),
      create(DEPLOYMENTS, deployment('x', { paused: 'no' })),
      create(DEPLOYMENTS, deployment('x', { selector: [] })),
      create(inNamespace('pods'), pod('x', { containers: {} })),
      create(inNamespace('pods'), pod('x', { containers: [{ name: 1, image: 'a' }] })),
      create(inNamespace('pods'), pod('x', { containers: [{ name: 'a', command: 'sh' }] })),
      create(
        inNamespace('pods'),
        pod('x', { containers: [{ name: 'a', env: [{ name: 'a', value: 1 }] }] }),
      ),
      create(PATH, configMap('x', { a: 1 })),
      create(PATH, configMap('x', { a: true })),
      create(PATH, configMap('x', 'text')),
      create(PATH, { metadata: { name: 'x', labels: { a: 1 } } }),
      create(PATH, { metadata: { name: 5 } }),
      create(PATH, { metadata: 'x' }),
    ],
  },
  {
    name: 'decoding: base64, quantities and times',
    steps: [
      create(inNamespace('secrets'), { metadata: { name: 'x' }, data: { a: 'not base64' } }),
      create(
        inNamespace('pods'),
        pod('x', {
          containers: [{ name: 'a', image: 'b', resources: { limits: { cpu: 'lots' } } }],
        }),
      ),
      create(inNamespace('leases', 'coordination.k8s.io/v1'), {
        metadata: { name: 'x' },
        spec: { renewTime: 'yesterday' },
      }),
    ],
  },
  {
    name: 'decoding: the same values in an apply',
    steps: [
      apply('one', `${inNamespace('secrets')}/x`, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'x' },
        data: { a: 'not base64' },
      }),
      apply('one', `${inNamespace('pods')}/x?dryRun=All`, {
        apiVersion: 'v1',
        kind: 'Pod',
        ...pod('x', {
          containers: [{ name: 'a', image: 'b', resources: { limits: { cpu: 'lots' } } }],
        }),
      }),
      apply('one', `${inNamespace('leases', 'coordination.k8s.io/v1')}/x`, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'x' },
        spec: { renewTime: 'yesterday' },
      }),
    ],
  },
  {
    name: 'decoding: bodies that are not what the path says',
    steps: [
      text(PATH, 'not json'),
      text(PATH, ''),
      text(PATH, '[]'),
      create(PATH, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }),
      create(PATH, { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'x' } }),
      create(PATH, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' } }),
      text(PATH, '{}', 'text/plain'),
    ],
  },
  {
    name: 'decoding: YAML is read as well',
    steps: [
      text(
        PATH,
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: "1"\n',
        'application/yaml',
      ),
    ],
  },
  {
    name: 'decoding: empty values come and go as in Go',
    steps: [
      create(
        inNamespace('pods'),
        pod('x', {
          hostNetwork: false,
          nodeSelector: {},
          tolerations: [],
          hostname: '',
          shareProcessNamespace: false,
          securityContext: {},
          volumes: [{ name: 'v', emptyDir: {} }],
          containers: [
            {
              name: 'a',
              image: 'b:1',
              env: [{ name: 'E', value: '' }],
              command: [],
              args: null,
              resources: { limits: {} },
              volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: false }],
              stdin: false,
              securityContext: { privileged: false },
            },
          ],
        }),
      ),
      create(PATH, {
        metadata: { name: 'x', labels: {}, annotations: null },
        data: {},
        binaryData: null,
        immutable: false,
      }),
    ],
  },
  {
    name: 'decoding: quantities get their canonical text',
    steps: [
      create(inNamespace('resourcequotas'), {
        metadata: { name: 'x' },
        spec: {
          hard: {
            cpu: '0.5',
            memory: '1024Mi',
            pods: 10,
            'requests.cpu': '1000m',
            'requests.memory': '1.5Gi',
            'limits.cpu': '2e3',
            'limits.memory': '12897484800',
            'count/configmaps': '1k',
            services: '0.0',
            configmaps: '12e6',
            'requests.storage': '100000Ki',
            'requests.ephemeral-storage': '0.1Gi',
          },
        },
      }),
    ],
  },
]
