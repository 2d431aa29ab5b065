import { create, get, inNamespace, JSON_PATCH, MERGE, patch } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { CONTAINER, pod } from './fixtures.ts'

const PODS = inNamespace('pods')

function refused(spec: object): Step {
  return create(`${PODS}?dryRun=All`, pod('x', spec), {
    only: ['message', 'details', 'reason', 'code', 'spec'],
  })
}

function container(part: object): Step {
  return refused({ containers: [{ ...CONTAINER, ...part }] })
}

export const POD_CASES: readonly Case[] = [
  { name: 'pod: defaults of a small one', steps: [create(PODS, pod('x')), get(`${PODS}/x`)] },
  {
    name: 'pod: defaults of a large one',
    steps: [
      create(
        PODS,
        pod('x', {
          serviceAccountName: 'default',
          automountServiceAccountToken: false,
          restartPolicy: 'Never',
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_532,
            fsGroup: 1,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          initContainers: [{ name: 'init', image: 'example/init' }],
          containers: [
            {
              name: 'a',
              image: 'example/image',
              ports: [{ containerPort: 8080, name: 'http' }],
              env: [
                { name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
                { name: 'K', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
              ],
              envFrom: [{ configMapRef: { name: 'worker' } }],
              livenessProbe: { httpGet: { port: 'http' } },
              readinessProbe: { exec: { command: ['true'] }, periodSeconds: 3 },
              startupProbe: { tcpSocket: { port: 80 } },
              lifecycle: {
                preStop: { httpGet: { port: 80 } },
                postStart: { exec: { command: ['a'] } },
              },
              resources: { limits: { cpu: '0.5', memory: '128Mi' }, requests: { cpu: '250m' } },
              volumeMounts: [{ name: 'cm', mountPath: '/cm', readOnly: true }],
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
                readOnlyRootFilesystem: true,
              },
            },
            {
              name: 'b',
              image:
                'host:5000/image@sha256:0000000000000000000000000000000000000000000000000000000000000000',
            },
          ],
          volumes: [
            { name: 'cm', configMap: { name: 'worker', items: [{ key: 'a', path: 'b' }] } },
            { name: 'secret', secret: { secretName: 's' } },
            {
              name: 'down',
              downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] },
            },
            {
              name: 'token',
              projected: {
                sources: [
                  { serviceAccountToken: { path: 't', audience: 'a' } },
                  { configMap: { name: 'c' } },
                ],
              },
            },
            { name: 'nothing' },
            { name: 'host', hostPath: { path: '/tmp' } },
          ],
          tolerations: [{ key: 'a', operator: 'Exists' }],
        }),
      ),
    ],
  },
  {
    name: 'pod: containers have a name and an image',
    steps: [
      refused({ containers: [] }),
      refused({ containers: [{}] }),
      refused({ containers: [{ name: 'Bad_Name', image: 'a' }] }),
      refused({ containers: [CONTAINER, CONTAINER] }),
      refused({ containers: [CONTAINER], initContainers: [CONTAINER] }),
      container({ image: ' a ' }),
    ],
  },
  {
    name: 'pod: choices are limited',
    steps: [
      refused({ restartPolicy: 'Sometimes' }),
      refused({ dnsPolicy: 'Magic' }),
      container({ imagePullPolicy: 'Later' }),
      container({ terminationMessagePolicy: 'Shout' }),
      refused({ securityContext: { seccompProfile: { type: 'Nope' } } }),
      refused({ securityContext: { seccompProfile: { type: 'Localhost' } } }),
      refused({
        securityContext: { seccompProfile: { type: 'RuntimeDefault', localhostProfile: 'x' } },
      }),
      refused({ securityContext: { runAsUser: -1 } }),
      container({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    ],
  },
  {
    name: 'pod: environment variables',
    steps: [
      container({ env: [{ name: '' }] }),
      container({ env: [{ name: 'a=b', value: 'c' }] }),
      container({ env: [{ name: 'A', valueFrom: {} }] }),
      container({
        env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      }),
      container({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.nope' } } }] }),
      container({
        env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.restartPolicy' } } }],
      }),
      container({ env: [{ name: 'A', valueFrom: { fieldRef: {} } }] }),
      container({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { key: 'x' } } }] }),
      container({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'x', key: 'a/b' } } }] }),
      container({ envFrom: [{}] }),
      container({ envFrom: [{ configMapRef: {} }] }),
      container({ envFrom: [{ configMapRef: { name: 'a' }, secretRef: { name: 'b' } }] }),
    ],
  },
  {
    name: 'pod: volumes and mounts',
    steps: [
      container({ volumeMounts: [{ name: 'x', mountPath: '/x' }] }),
      refused({ volumes: [{ name: 'v' }, { name: 'v' }] }),
      refused({ volumes: [{ name: 'Bad_Name' }, {}] }),
      refused({ volumes: [{ name: 'v', emptyDir: {}, configMap: { name: 'x' } }] }),
      refused({
        volumes: [
          { name: 'v', configMap: {} },
          { name: 'w', secret: {} },
        ],
      }),
      refused({
        volumes: [{ name: 'v', configMap: { name: 'x', items: [{ key: '', path: '../up' }] } }],
      }),
      refused({ volumes: [{ name: 'v', projected: { sources: [{}] } }] }),
      refused({
        volumes: [
          {
            name: 'v',
            projected: { sources: [{ serviceAccountToken: { path: '', expirationSeconds: 10 } }] },
          },
        ],
      }),
      refused({
        volumes: [{ name: 'v' }],
        containers: [
          {
            ...CONTAINER,
            volumeMounts: [
              { name: 'v', mountPath: '/a' },
              { name: 'v', mountPath: '/a' },
            ],
          },
        ],
      }),
      refused({
        volumes: [{ name: 'v' }],
        containers: [{ ...CONTAINER, volumeMounts: [{ name: 'v' }, {}] }],
      }),
    ],
  },
  {
    name: 'pod: ports, probes and resources',
    steps: [
      container({ ports: [{}] }),
      container({ ports: [{ containerPort: 99_999 }] }),
      container({ ports: [{ containerPort: 1, name: 'Bad_' }] }),
      container({
        ports: [
          { containerPort: 1, name: 'a' },
          { containerPort: 2, name: 'a' },
        ],
      }),
      container({ ports: [{ containerPort: 1, protocol: 'HTTP' }] }),
      container({ livenessProbe: {} }),
      container({ livenessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 1 } } }),
      container({
        livenessProbe: { exec: { command: ['a'] }, successThreshold: 2, periodSeconds: -1 },
      }),
      container({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }),
      container({ resources: { limits: { gold: '1' } } }),
      container({ resources: { limits: { cpu: '-1' } } }),
    ],
  },
  {
    name: 'pod: names, selectors and tolerations',
    steps: [
      refused({ nodeSelector: { 'a b': 'c' } }),
      refused({ serviceAccountName: 'Bad_Name' }),
      refused({ hostname: 'a.b' }),
      refused({ activeDeadlineSeconds: 0 }),
      refused({ tolerations: [{ operator: 'Equal' }] }),
      refused({ tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] }),
      refused({ tolerations: [{ key: 'a', effect: 'Nope' }] }),
      refused({ terminationGracePeriodSeconds: -1 }),
    ],
  },
  {
    name: 'pod: only images, deadline and more tolerations may change',
    steps: [
      create(PODS, pod('x'), { silent: true }),
      patch(MERGE, `${PODS}/x`, { spec: { activeDeadlineSeconds: 10 } }),
      patch(MERGE, `${PODS}/x`, { spec: { activeDeadlineSeconds: 20 } }),
      patch(JSON_PATCH, `${PODS}/x`, [
        { op: 'replace', path: '/spec/containers/0/image', value: 'example/image:2' },
      ]),
      patch(MERGE, `${PODS}/x`, { spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } }),
      patch(MERGE, `${PODS}/x`, { spec: { restartPolicy: 'Never' } }),
      patch(MERGE, `${PODS}/x`, { spec: { containers: [{ name: 'other', image: 'a' }] } }),
      patch(MERGE, `${PODS}/x`, { metadata: { labels: { a: 'b' } } }),
    ],
  },
  {
    name: 'pod: quality of service',
    steps: [
      container({ resources: { limits: { cpu: '1', memory: '1Gi' } } }),
      container({ resources: { requests: { cpu: '1' } } }),
      container({ resources: {} }),
    ].map((step) => ({ ...step, only: ['status'] })),
  },
  {
    name: 'pod: the service account must exist',
    steps: [create(PODS, pod('x', { serviceAccountName: 'nobody' }))],
  },
]
