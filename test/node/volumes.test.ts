import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { containerOf, shell, startNodeCluster } from './cluster.ts'
import type { NodeCluster } from './cluster.ts'
import type { Pod } from '../../local/kubernetes/node/pod.ts'

let cluster: NodeCluster
let skewMs = 0
beforeAll(async () => {
  cluster = await startNodeCluster({ now: () => Date.now() + skewMs })
}, 90_000)
afterAll(() => cluster.close())

const isRunning = (pod: Pod) => containerOf(pod)?.state.running !== undefined
const isDone = ({ status }: Pod) => status.phase === 'Succeeded'

function podDirectory({ metadata }: Pod): string {
  return join(cluster.directory, 'pods', metadata.uid)
}

async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 500; round++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect.fail(`not ${what} in 10 s`)
}

test('environment and files come from everywhere a pod may take them', async () => {
  await cluster.create('ConfigMap', 'worker', { data: { COLOR: 'blue', text: 'from the map' } })
  await cluster.create('Secret', 'keys', { stringData: { password: 's3cret' } })
  const script = [
    'env | sort | grep -E "^(APP|POD|PASS|CPU|FILE|KUBERNETES_SERVICE_HOST|HOME)"',
    'cat /etc/map/renamed /etc/secret/password /etc/pod/labels; cat $FILE',
  ].join('; ')
  await cluster.createPod(
    'sources',
    {
      restartPolicy: 'Never',
      serviceAccountName: 'worker',
      containers: [
        shell(script, {
          envFrom: [{ prefix: 'APP_', configMapRef: { name: 'worker' } }],
          env: [
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'POD_SA', valueFrom: { fieldRef: { fieldPath: 'spec.serviceAccountName' } } },
            { name: 'POD_HELLO', value: 'I am $(POD_NAME)' },
            { name: 'PASS', valueFrom: { secretKeyRef: { name: 'keys', key: 'password' } } },
            {
              name: 'CPU',
              valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } },
            },
            { name: 'FILE', value: '/etc/map/renamed' },
          ],
          resources: { limits: { cpu: '250m' } },
          volumeMounts: [
            { name: 'map', mountPath: '/etc/map' },
            { name: 'secret', mountPath: '/etc/secret', readOnly: true },
            { name: 'pod', mountPath: '/etc/pod' },
          ],
        }),
      ],
      volumes: [
        { name: 'map', configMap: { name: 'worker', items: [{ key: 'text', path: 'renamed' }] } },
        { name: 'secret', secret: { secretName: 'keys', defaultMode: 0o400 } },
        {
          name: 'pod',
          downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] },
        },
      ],
    },
    { labels: { app: 'demo' } },
  )
  const pod = await cluster.until('sources', 'Succeeded', isDone)
  expect((await cluster.logs('sources')).split('\n')).toEqual([
    'APP_COLOR=blue',
    'APP_text=from the map',
    'CPU=250',
    expect.stringMatching(/^FILE=.*\/volumes\/kubernetes\.io~configmap\/map\/renamed$/),
    'HOME=/',
    'KUBERNETES_SERVICE_HOST=127.0.0.1',
    'PASS=s3cret',
    'POD_HELLO=I am sources',
    'POD_NAME=sources',
    'POD_SA=worker',
    'from the maps3cretapp="demo"from the map',
  ])
  await eventually('cleared', async () => !(await readdir(podDirectory(pod))).includes('volumes'))
})

function projected(more: object = {}): object {
  return {
    serviceAccountName: 'worker',
    containers: [
      shell('sleep 60', { volumeMounts: [{ name: 'identity', mountPath: '/var/run/identity' }] }),
    ],
    volumes: [
      {
        name: 'identity',
        projected: {
          sources: [
            {
              serviceAccountToken: {
                path: 'token',
                audience: 'api://AzureADTokenExchange',
                expirationSeconds: 3600,
              },
            },
          ],
        },
      },
    ],
    ...more,
  }
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >
}

test('a service-account token is bound to its pod, kept from others, renewed, and removed', async () => {
  const pod = await cluster.createPod(
    'identity',
    projected({ securityContext: { runAsUser: 65532 } }),
  )
  await cluster.until('identity', 'running', isRunning)
  const volume = join(podDirectory(pod), 'volumes', 'kubernetes.io~projected', 'identity')
  const file = join(volume, 'token')
  const first = await readFile(file, 'utf8')
  expect(claimsOf(first)).toMatchObject({
    iss: 'https://kubernetes.default.svc.cluster.local',
    sub: `system:serviceaccount:${cluster.namespace}:worker`,
    aud: ['api://AzureADTokenExchange'],
    'kubernetes.io': { pod: { name: 'identity', uid: pod.metadata.uid } },
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(podDirectory(pod))).mode & 0o777).toBe(0o700)

  // iat counts whole seconds: a token made in the same second would be the same
  await new Promise((resolve) => setTimeout(resolve, 1000))
  skewMs = 3600_000 * 0.81
  await eventually('renewed', async () => (await readFile(file, 'utf8')) !== first)
  skewMs = 0
  await cluster.client.delete(`/api/v1/namespaces/${cluster.namespace}/pods/identity`)
  await cluster.untilGone('identity')
  await eventually(
    'removed',
    async () => !(await readdir(join(cluster.directory, 'pods'))).includes(pod.metadata.uid),
  )
})

test('a changed config map reaches the running container; a variable stays', async () => {
  await cluster.create('ConfigMap', 'changing', { data: { key: 'old' } })
  await cluster.createPod('watching', {
    restartPolicy: 'Never',
    containers: [
      shell(
        'until grep -q new /etc/config/key; do sleep 0.05; done; echo "$KEY then $(cat /etc/config/key)"',
        {
          envFrom: [{ configMapRef: { name: 'changing' } }],
          env: [{ name: 'KEY', valueFrom: { configMapKeyRef: { name: 'changing', key: 'key' } } }],
          volumeMounts: [{ name: 'config', mountPath: '/etc/config' }],
        },
      ),
    ],
    volumes: [{ name: 'config', configMap: { name: 'changing' } }],
  })
  await cluster.until('watching', 'running', isRunning)
  await cluster.change('changing', { key: 'new' })
  await cluster.until('watching', 'Succeeded', isDone)
  expect(await cluster.logs('watching')).toBe('old then new\n')
})

test('an empty directory is shared by the containers and outlives a restart', async () => {
  const volumeMounts = [{ name: 'data', mountPath: '/data', subPath: 'inner' }]
  await cluster.createPod('shared', {
    restartPolicy: 'OnFailure',
    containers: [
      shell('echo "run" >> /data/runs; [ $(wc -l < /data/runs) -ge 2 ]; ', {
        volumeMounts,
      }),
    ],
    volumes: [{ name: 'data', emptyDir: {} }],
  })
  const pod = await cluster.until('shared', 'Succeeded', isDone)
  expect(containerOf(pod)?.restartCount).toBe(1)
})
