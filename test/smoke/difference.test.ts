// The pod that ran on another target is the pod of AKS: what differs is bounded, by rendering and by the live object.
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubeObject } from '../../deployer/core/object.ts'
import { targetDifferences } from '../../deployer/core/target-difference.ts'
import { tellDifference } from '../../smoke/difference.ts'
import { trustRootFile, writeEnvironment } from '../../smoke/environment-file.ts'
import { liveDifferences } from '../../smoke/live-difference.ts'
import { parseSmokeArguments } from '../../smoke/options.ts'
import { createStage } from '../../smoke/stage.ts'
import { createVoice } from '../../smoke/voice.ts'
import { startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'

const AKS = join('docs', 'aks', 'aks.yaml')

let platform: TestPlatform
let aks: readonly KubeObject[]
let rendered: KubeObject
let live: KubeObject

beforeAll(async () => {
  platform = await startTestPlatform()
  aks = await render(AKS)
  rendered = podOf(aks)
  expect(await platform.deployer('deploy')).toMatchObject({ code: 0 })
  live = JSON.parse(
    (await platform.kubectl('get', 'pod', 'demo', '-o', 'json')).stdout,
  ) as KubeObject
})
afterAll(() => platform.close())

test('rendered for the smoke test and for AKS, only endpoint, ids, trust root and image name differ', async () => {
  const stage = {
    options: { context: 'kind-keyless-cosmos' },
    server: 'https://127.0.0.1:6443',
    folder: platform.directory,
  }
  await copyFile(platform.caFile, trustRootFile(stage))
  const here = await render(await writeEnvironment(stage, { name: 'worker' }))
  const found = targetDifferences(aks, here)
  expect(new Set(found.map(({ expected }) => expected))).toEqual(
    new Set(['endpoint', 'id', 'trust root', 'image name']),
  )
})

test('every field of the live pod is rendered for AKS, or somebody known brought it', () => {
  const found = liveDifferences(rendered, live)
  expect(found.filter(({ by }) => by === undefined)).toEqual([])
  const injected = found.filter(({ by }) => by === 'webhook').map(({ path }) => path)
  expect(injected.map((path) => path.replace(/[0-9a-f]{30}/, 'HASH')).toSorted()).toEqual([
    '.spec.containers[worker].env[AZURE_CLIENT_ID]',
    '.spec.containers[worker].env[AZURE_FEDERATED_TOKEN_FILE]',
    '.spec.containers[worker].env[AZURE_TENANT_ID]',
    '.spec.containers[worker].volumeMounts[azure-workload-identity-reserved-HASH]',
    '.spec.volumes[azure-workload-identity-reserved-HASH]',
  ])
})

test.for([
  { what: 'another user', path: ['spec', 'securityContext', 'runAsUser'], value: 0 },
  { what: 'a host network', path: ['spec', 'hostNetwork'], value: true },
  { what: 'another service account', path: ['spec', 'serviceAccountName'], value: 'admin' },
  { what: 'a longer life', path: ['spec', 'restartPolicy'], value: 'Always' },
  {
    what: 'a volume of the host',
    path: ['spec', 'volumes', '0'],
    value: { name: 'host', hostPath: { path: '/' } },
  },
])('$what in the live pod is explained by nobody', ({ path, value }) => {
  const changed = structuredClone(live)
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>(
      (at, key) => at[key] as Record<string, unknown>,
      changed as unknown as Record<string, unknown>,
    )
  parent[path.at(-1) ?? ''] = value
  const strange = liveDifferences(rendered, changed).filter(({ by }) => by === undefined)
  expect(strange.map(({ right }) => right)).toContainEqual(value)
})

test('a pod that somebody has deleted under the run is told as that, not as a bug', async () => {
  const options = parseSmokeArguments(
    ['--context', 'keyless-local', '--load', 'docker'],
    {},
    () => {},
  )
  if (options === 'help') throw new Error('nobody asked for help')
  const stage = await createStage({
    options: { ...options, kubeconfig: platform.kubeconfig },
    voice: createVoice(() => {}, Date.now),
    env: process.env,
    signal: new AbortController().signal,
    run: 'test',
  })
  await platform.kubectl('delete', 'pod', 'demo')
  await expect(tellDifference(stage, platform.environment)).rejects.toMatchObject({
    code: 'ERR_CLUSTER',
    message:
      'Pod/keyless-cosmos/demo, which ran, is gone: somebody has deleted it, or its namespace',
    hint: 'run again, and leave what it makes alone meanwhile',
  })
})

async function render(environment: string): Promise<readonly KubeObject[]> {
  const ended = await platform.deployer('render', '--env', environment, '--output', 'json')
  expect(ended).toMatchObject({ code: 0 })
  const events = ended.stdout.split('\n').filter(Boolean)
  return events.map((line) => (JSON.parse(line) as { readonly object: KubeObject }).object)
}

function podOf(objects: readonly KubeObject[]): KubeObject {
  const pod = objects.find(({ kind }) => kind === 'Pod')
  if (!pod) throw new Error('the worker is rendered as a Pod')
  return pod
}
