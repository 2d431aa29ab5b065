import { expect, test } from 'vitest'
import type { Pod, Volume } from './pod.ts'
import { isSupported, mountedVolumes, volumeFiles, volumeReferences } from './volumes.ts'
import type { VolumeFiles, VolumeSources } from './volumes.ts'

const pod: Pod = {
  metadata: { name: 'demo', namespace: 'ns', uid: 'u-1', labels: { a: '1' } },
  spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '2' } } }] },
  status: {},
}
const token = { path: 'token', audience: 'api://AzureADTokenExchange' }
const refused = { path: 'refused' }
const sources: VolumeSources = {
  configMaps: new Map([
    [
      'worker',
      new Map([
        ['a', Buffer.from('A')],
        ['b', Buffer.from([0, 1])],
      ]),
    ],
    ['none', undefined],
  ]),
  secrets: new Map([
    ['keys', new Map([['k', Buffer.from('s3cret')]])],
    ['none', undefined],
  ]),
  tokens: new Map<object, string | Error>([
    [token, 'header.claims.signature'],
    [refused, new Error('failed to fetch token: serviceaccounts "x" not found')],
  ]) as VolumeSources['tokens'],
  node: { address: '127.0.0.1', allocatable: {} },
}

function shown(files: VolumeFiles | undefined): Record<string, string> {
  return Object.fromEntries(
    [...(files ?? [])].map(([path, { data, mode }]) => [
      path,
      `${mode.toString(8)} ${data.toString('latin1')}`,
    ]),
  )
}

test.for<{ readonly when: string; readonly volume: Volume; readonly files: object }>([
  {
    when: 'a config map is mounted whole',
    volume: { name: 'v', configMap: { name: 'worker', defaultMode: 0o644 } },
    files: { a: '644 A', b: '644 \0\u0001' },
  },
  {
    when: 'single keys of a config map are mounted',
    volume: {
      name: 'v',
      configMap: { name: 'worker', items: [{ key: 'a', path: 'sub/x', mode: 0o400 }] },
    },
    files: { 'sub/x': '400 A' },
  },
  {
    when: 'an optional config map is missing',
    volume: { name: 'v', configMap: { name: 'none', optional: true } },
    files: {},
  },
  {
    when: 'an optional key is missing',
    volume: {
      name: 'v',
      configMap: { name: 'worker', optional: true, items: [{ key: 'x', path: 'x' }] },
    },
    files: {},
  },
  {
    when: 'a secret is mounted with a narrow mode',
    volume: { name: 'v', secret: { secretName: 'keys', defaultMode: 0o400 } },
    files: { k: '400 s3cret' },
  },
  {
    when: 'the pod describes itself',
    volume: {
      name: 'v',
      downwardAPI: {
        items: [
          { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
          { path: 'cpu', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu' } },
        ],
      },
    },
    files: { labels: '644 a="1"', cpu: '644 2' },
  },
  {
    when: 'several sources are projected into one volume',
    volume: {
      name: 'v',
      projected: {
        defaultMode: 0o440,
        sources: [
          { serviceAccountToken: token },
          { configMap: { name: 'worker', items: [{ key: 'a', path: 'a' }] } },
          { secret: { name: 'keys', items: [{ key: 'k', path: 'a' }] } },
        ],
      },
    },
    files: { token: '440 header.claims.signature', a: '440 s3cret' },
  },
])('the files are right when $when', ({ volume, files }) => {
  expect(shown(volumeFiles(pod, volume, sources))).toEqual(files)
})

test.for<{ readonly volume: Volume; readonly message: string }>([
  {
    volume: { name: 'v', configMap: { name: 'none' } },
    message: 'configmap "none" not found',
  },
  { volume: { name: 'v', secret: { secretName: 'none' } }, message: 'secret "none" not found' },
  {
    volume: { name: 'v', configMap: { name: 'worker', items: [{ key: 'x', path: 'x' }] } },
    message: 'configmap references non-existent config key: x',
  },
  {
    volume: { name: 'v', secret: { secretName: 'keys', items: [{ key: 'x', path: 'x' }] } },
    message: 'references non-existent secret key: x',
  },
  {
    volume: {
      name: 'v',
      projected: {
        sources: [{ configMap: { name: 'none' } }, { serviceAccountToken: refused }],
      },
    },
    message: '[configmap "none" not found, failed to fetch token: serviceaccounts "x" not found]',
  },
])('a volume is refused: $message', ({ volume, message }) => {
  expect(() => volumeFiles(pod, volume, sources)).toThrow(message)
})

test('an empty directory has no files', () => {
  expect(volumeFiles(pod, { name: 'v', emptyDir: {} }, sources)).toBeUndefined()
})

test.for<{ readonly when: string; readonly spec: Partial<Pod['spec']>; readonly mode: string }>([
  { when: 'nobody owns it', spec: {}, mode: '644' },
  { when: 'the pod has a user', spec: { securityContext: { runAsUser: 65532 } }, mode: '600' },
  { when: 'the pod has a group', spec: { securityContext: { fsGroup: 65532 } }, mode: '600' },
  {
    when: 'all containers have one user',
    spec: { containers: [{ name: 'c', image: 'i', securityContext: { runAsUser: 1 } }] },
    mode: '600',
  },
])('a token file has mode $mode when $when', ({ spec, mode }) => {
  const volume = { name: 'v', projected: { sources: [{ serviceAccountToken: token }] } }
  const files = volumeFiles({ ...pod, spec: { ...pod.spec, ...spec } }, volume, sources)
  expect(shown(files)['token']).toMatch(new RegExp(`^${mode} `))
})

test('what must be fetched first is named', () => {
  const volume = {
    name: 'v',
    projected: {
      sources: [
        { configMap: { name: 'a' } },
        { secret: { name: 's' } },
        { serviceAccountToken: token },
      ],
    },
  }
  expect(volumeReferences(volume)).toEqual({ configMaps: ['a'], secrets: ['s'], tokens: [token] })
})

test('only volumes that a container mounts are set up', () => {
  const volumes = [
    { name: 'used', emptyDir: {} },
    { name: 'unused', emptyDir: {} },
  ]
  const volumeMounts = [{ name: 'used', mountPath: '/x' }]
  const spec = { volumes, containers: [{ name: 'c', image: 'i', volumeMounts }] }
  expect(mountedVolumes({ ...pod, spec })).toEqual([{ name: 'used', emptyDir: {} }])
})

test('what would leave the pod is not supported', () => {
  const host = { name: 'v', hostPath: { path: '/' } }
  const bundle = { name: 'v', projected: { sources: [{ clusterTrustBundle: {} }] } }
  expect(isSupported(host)).toBe(false)
  expect(isSupported(bundle as Volume)).toBe(false)
  expect(isSupported({ name: 'v', emptyDir: {} })).toBe(true)
})
