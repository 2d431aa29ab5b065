// One pod for three targets: all in which their renderings differ is endpoint, ids, trust root and the image's name.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import type { KubeObject } from '../../deployer/core/object.ts'
import { differenceLine, targetDifferences } from '../../deployer/core/target-difference.ts'
import { deployer } from '../deployer/cluster.ts'

const KINDS = ['Pod', 'Job', 'Deployment', 'CronJob']
const FILES = {
  local: 'manifests/environments/local.yaml',
  kind: 'manifests/environments/kind.yaml',
  aks: 'docs/aks/aks.yaml',
}
type Target = keyof typeof FILES

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-rendering-'))
  const certificate = '-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n'
  await writeFile(join(directory, 'ca.crt'), certificate)
})
afterAll(() => rm(directory, { recursive: true }))

async function render(target: Target, kind: string): Promise<readonly KubeObject[]> {
  const document = parseDocument(await readFile(FILES[target], 'utf8'))
  document.setIn(['workload', 'kind'], kind)
  if (target !== 'aks') document.setIn(['trustRoot', 'caFile'], 'ca.crt')
  const file = join(directory, `${target}.yaml`)
  await writeFile(file, document.toString())
  const { stdout } = await deployer(['render', '--env', file, '--output', 'json'])
  return stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { object: KubeObject }).object)
}

describe.for(KINDS)('a %s', (kind) => {
  test.for([
    { left: 'kind', right: 'aks' },
    { left: 'local', right: 'aks' },
    { left: 'local', right: 'kind' },
  ] as const)('for $left and $right differs only where it may', async ({ left, right }) => {
    const found = targetDifferences(await render(left, kind), await render(right, kind))
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter(({ expected }) => expected === undefined).map(differenceLine)).toEqual([])
  })
})

test('what differs between kind and aks is this, and each line says why', async () => {
  const found = targetDifferences(await render('kind', 'Pod'), await render('aks', 'Pod'))
  const places = found.map(({ subject, path, expected }) => `${subject} ${path} (${expected})`)
  const pod = 'Pod/keyless-cosmos/demo .spec'
  const account =
    'ServiceAccount/keyless-cosmos/worker .metadata.annotations.azure.workload.identity'
  expect(places.toSorted()).toEqual(
    [
      'ConfigMap/keyless-cosmos/trust-root . (trust root)',
      'ConfigMap/keyless-cosmos/worker .data.COSMOS_ENDPOINT (endpoint)',
      `${pod}.containers[worker].env[AZURE_AUTHORITY_HOST] (endpoint)`,
      `${pod}.containers[worker].env[NODE_EXTRA_CA_CERTS] (trust root)`,
      `${pod}.containers[worker].image (image name)`,
      `${pod}.containers[worker].volumeMounts (trust root)`,
      `${pod}.volumes (trust root)`,
      `${account}/client-id (id)`,
      `${account}/tenant-id (id)`,
    ].toSorted(),
  )
})

test('a difference that should not be there is told as one', async () => {
  const left = await render('kind', 'Pod')
  const right = left.map((object) =>
    object.kind === 'Pod'
      ? { ...object, spec: { ...(object['spec'] as object), restartPolicy: 'Always' } }
      : object,
  )
  expect(targetDifferences(left, right).map(differenceLine)).toEqual([
    'Pod/keyless-cosmos/demo .spec.restartPolicy: "Never" → "Always" (NOT EXPECTED)',
  ])
})
