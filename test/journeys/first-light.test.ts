// The journey the project exists for: deploy, one document without a key, deploy again, kubectl, refusals, nothing left.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { queryAs } from '../../scripts/second-identity.ts'
import type { WrittenItem } from '../../scripts/second-identity.ts'
import { DECLARATION, startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'
import { everythingPrinted } from '../support/run.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await startTestPlatform()
})

afterAll(async () => {
  await platform.close()
})

test('the first deploy writes exactly one document', async () => {
  const deployed = await platform.deployer('deploy')
  expect(deployed).toMatchObject({ code: 0 })
  expect(deployed.stderr).toContain('keyless-local (https://127.0.0.1:')
  const documents = await readAsSecondIdentity()
  expect(documents).toHaveLength(1)
  expect(documents[0]).toMatchObject({
    name: 'Ted Lasso',
    pod: { name: 'demo', serviceAccount: 'worker' },
  })
})

test('kubectl logs tells the seven steps and the exit code', async () => {
  const { stdout, code } = await platform.kubectl('logs', 'demo')
  expect(code).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  for (const step of [1, 2, 3, 4, 5, 6, 7]) {
    expect(lines.filter((line) => line.startsWith(`${step}/7 `))).toHaveLength(1)
  }
  expect(lines.at(-1)).toMatch(/^DONE .* exit=0$/)
})

test('a second deploy changes no object', async () => {
  const before = await resourceVersions()
  const again = await platform.deployer('deploy')
  expect(again).toMatchObject({ code: 0 })
  expect(again.stdout + again.stderr).toContain('6 unchanged')
  expect(await resourceVersions()).toEqual(before)
  expect(await readAsSecondIdentity()).toHaveLength(1)
})

test('kubectl lists, describes, waits for and follows the pod', async () => {
  const listed = await platform.kubectl('get', 'pods', '-o', 'wide')
  expect(listed.stdout).toMatch(/^NAME +READY +STATUS .*\ndemo +0\/1 +Completed /)
  const described = await platform.kubectl('describe', 'pod', 'demo')
  expect(described.stdout).toMatch(/Service Account: +worker/)
  expect(described.stdout).toMatch(
    /AZURE_FEDERATED_TOKEN_FILE: +\/var\/run\/secrets\/azure\/wi\/token/,
  )
  expect(described.stdout).toMatch(/Reason: +Completed/)
  expect(described.stdout).toMatch(/Started .*Container started|Started .*Started container/)
  const waited = await platform.kubectl(
    'wait',
    '--for=jsonpath={.status.phase}=Succeeded',
    'pod/demo',
    '--timeout=5s',
  )
  expect(waited).toMatchObject({ code: 0 })
  const followed = await platform.kubectl('logs', '-f', 'demo', '--tail=1')
  expect(followed.stdout).toMatch(/^DONE /)
})

test('a dry run of kubectl drain leaves the pod where it is', async () => {
  const drained = await platform.kubectl(
    'drain',
    'local-node',
    '--dry-run=server',
    '--ignore-daemonsets',
    '--force',
  )
  expect(drained.stdout + drained.stderr).toContain('drained (server dry run)')
  expect(await platform.kubectl('get', 'pod', 'demo')).toMatchObject({ code: 0 })
})

test('kubectl takes the manifests as they are, client-side and server-side', async () => {
  const dryRun = await platform.kubectl(
    'apply',
    '--dry-run=server',
    '--validate=strict',
    '-f',
    'manifests/',
  )
  expect(dryRun).toMatchObject({ code: 0 })
  const applied = await platform.kubectl(
    'apply',
    '--server-side',
    '--dry-run=server',
    '--force-conflicts',
    '-f',
    'manifests/20-config-map.yaml',
  )
  expect(applied.stdout).toContain('configmap/worker serverside-applied (server dry run)')
})

test('a worker that is started again in the same pod writes no second document', async () => {
  const pod = (await readPod()) as {
    metadata: object
    spec: { restartPolicy: string; volumes: unknown; containers: unknown }
  }
  const file = join(platform.directory, 'restarted.yaml')
  await writeFile(
    file,
    stringify({
      ...pod,
      metadata: { ...pod.metadata, name: 'restarted' },
      spec: { ...pod.spec, restartPolicy: 'Always' },
    }),
  )
  expect(await platform.kubectl('apply', '-f', file)).toMatchObject({ code: 0 })
  const waited = await platform.kubectl(
    'wait',
    '--for=jsonpath={.status.containerStatuses[0].restartCount}=1',
    'pod/restarted',
    '--timeout=25s',
  )
  expect(waited).toMatchObject({ code: 0 })
  const { stdout } = await platform.kubectl('logs', 'restarted', '--previous')
  expect(stdout).toContain('6/7 write        ok    201')
  const written = (await readAsSecondIdentity()) as readonly (WrittenItem & {
    pod: { name: string }
  })[]
  expect(written.filter((one) => one.pod.name === 'restarted')).toHaveLength(1)
  expect(await platform.kubectl('delete', 'pod', 'restarted')).toMatchObject({ code: 0 })
})

test('a pod without the label gets no identity and ends with exit code 20', async () => {
  const pod = (await readPod()) as { metadata: { labels: Record<string, string> } }
  const { 'azure.workload.identity/use': _, ...labels } = pod.metadata.labels
  const file = join(platform.directory, 'unlabelled.yaml')
  await writeFile(
    file,
    stringify({ ...pod, metadata: { ...pod.metadata, name: 'unlabelled', labels } }),
  )
  expect(await platform.kubectl('apply', '-f', file)).toMatchObject({ code: 0 })
  await platform.kubectl(
    'wait',
    '--for=jsonpath={.status.phase}=Failed',
    'pod/unlabelled',
    '--timeout=20s',
  )
  const { stdout } = await platform.kubectl('logs', 'unlabelled')
  expect(stdout).toContain('azure.workload.identity/use')
  expect(stdout.trimEnd()).toMatch(/exit=20$/)
  await platform.kubectl('delete', 'pod', 'unlabelled')
})

test('an unknown image ends the wait at once, with the reason', async () => {
  const environment = await changedEnvironment('unknown-image', {
    image: 'keyless-cosmos/worker:9.9.9',
  })
  const { code, stdout, stderr } = await platform.deployer('deploy', '--env', environment)
  expect(code).toBe(1)
  expect(stdout + stderr).toMatch(/ErrImagePull|ImagePullBackOff/)
  expect(stdout + stderr).toContain('keyless-cosmos/worker:9.9.9')
  expect(await platform.deployer('destroy', '--env', environment)).toMatchObject({ code: 0 })
})

test('a missing config map ends in CreateContainerConfigError', async () => {
  const pod = (await readPod()) as {
    metadata: object
    spec: { containers: { envFrom: unknown }[] }
  }
  const [container] = pod.spec.containers
  const containers = [{ ...container, envFrom: [{ configMapRef: { name: 'nowhere' } }] }]
  const file = join(platform.directory, 'configless.yaml')
  await writeFile(
    file,
    stringify({
      ...pod,
      metadata: { ...pod.metadata, name: 'configless' },
      spec: { ...pod.spec, containers },
    }),
  )
  expect(await platform.kubectl('apply', '-f', file)).toMatchObject({ code: 0 })
  const waited = await platform.kubectl(
    'wait',
    '--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CreateContainerConfigError',
    'pod/configless',
    '--timeout=20s',
  )
  expect(waited).toMatchObject({ code: 0 })
  const { stdout } = await platform.kubectl('describe', 'pod', 'configless')
  expect(stdout).toContain('configmap "nowhere" not found')
  await platform.kubectl('delete', 'pod', 'configless', '--grace-period=1')
})

test('destroy deletes what was deployed and nothing else', async () => {
  const file = join(platform.directory, 'bystander.yaml')
  await writeFile(
    file,
    stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bystander' } }),
  )
  expect(await platform.kubectl('apply', '-f', file)).toMatchObject({ code: 0 })
  const destroyed = await platform.deployer('destroy')
  expect(destroyed).toMatchObject({ code: 0 })
  const { stdout } = await platform.kubectl('get', 'namespaces', '-o', 'name')
  expect(stdout).toContain('namespace/bystander')
  expect(stdout).not.toContain('namespace/keyless-cosmos')
})

test('nothing that was printed holds a token, an assertion or a key', () => {
  const printed = everythingPrinted.join('\n')
  expect(printed.length).toBeGreaterThan(1000)
  expect(printed).not.toMatch(/eyJ[A-Za-z0-9_-]{10,}\./)
  expect(printed).not.toMatch(/AccountKey=|PRIVATE KEY/)
})

function readAsSecondIdentity(): Promise<readonly WrittenItem[]> {
  const reader = DECLARATION.directory.identities.find(({ name }) => name === 'reader')
  return queryAs(
    {
      kubeconfig: platform.kubeconfig,
      namespace: 'keyless-reader',
      serviceAccount: 'reader',
      clientId: reader?.clientId ?? '',
      tenantId: DECLARATION.directory.tenantId,
      authorityHost: platform.urls.entra,
      endpoint: platform.urls.cosmos,
      certificateAuthority: platform.certificateAuthority,
    },
    { database: 'rbacsample', container: 'data' },
  )
}

async function resourceVersions(): Promise<string> {
  const { stdout } = await platform.kubectl(
    'get',
    'pods,configmaps,serviceaccounts,networkpolicies',
    '-o',
    'jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.resourceVersion}{"\\n"}{end}',
  )
  return stdout
}

/** The pod as the deployer renders it. */
async function readPod(): Promise<unknown> {
  const { stdout } = await platform.deployer('render')
  const pod = stdout
    .split(/^---$/m)
    .map((text) => parse(text) as { kind?: string } | null)
    .find((object) => object?.kind === 'Pod')
  return pod
}

async function changedEnvironment(namespace: string, change: object): Promise<string> {
  const file = join(platform.directory, `${namespace}.yaml`)
  const environment = parse(await readFile(platform.environment, 'utf8')) as object
  await writeFile(file, stringify({ ...environment, namespace, ...change }))
  return file
}
