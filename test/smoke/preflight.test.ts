// What the smoke test says when something is missing: each time one message, the next step, and nothing written.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl as findKubectl } from '../../scripts/kubectl.ts'
import { createKubectl } from '../../smoke/kubectl.ts'
import { checkNodes } from '../../smoke/preflight/nodes.ts'
import { startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'
import type { Ended } from '../support/run.ts'
import { ENGINE, startSmoke } from './programs.ts'

const STOPPED =
  'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1'
const FORBIDDEN =
  'echo "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock" >&2; exit 1'
const KIND = 'echo "kind v0.33.0 go1.26.0 linux/amd64"'

let platform: TestPlatform
let folder: string

beforeAll(async () => {
  platform = await startTestPlatform()
  folder = await mkdtemp(join(tmpdir(), 'keyless-smoke-'))
})
afterAll(async () => {
  await platform.close()
  await rm(folder, { recursive: true, force: true })
})

test.for([
  {
    when: 'there is no docker',
    programs: {},
    says: /^✗ ERR_TOOL_MISSING: docker: there is no such program on PATH\n {2}next: install .*https:\/\/docs\.docker\.com/m,
  },
  {
    when: 'the engine is stopped',
    programs: { docker: STOPPED },
    says: /^✗ ERR_ENGINE: docker: no engine answers\n.*Cannot connect.*\n {2}next: start Docker/m,
  },
  {
    when: 'the engine does not let this user in',
    programs: { docker: FORBIDDEN },
    says: /^✗ ERR_ENGINE: docker: no engine answers\npermission denied.*\n {2}next: let this user in/m,
  },
])('docker: $when', async ({ programs, says }) => {
  const ended = await smoke(['--context', 'keyless-local', '--load', 'docker'], programs)
  expect(ended.stdout).toMatch(says)
  expect(ended.code).toBe(2)
})

test('two programs that are missing are told in one go', async () => {
  const ended = await smokeKind([], {})
  expect(ended.stdout).toContain('✗ ERR_TOOL_MISSING: docker: there is no such program on PATH\n')
  expect(ended.stdout).toContain('✗ ERR_TOOL_MISSING: kind: there is no such program on PATH\n')
  expect(ended.stdout).toMatch(/next: install kind: https:\/\/kind\.sigs\.k8s\.io/)
  expect(ended.code).toBe(2)
})

test('a context that the kubeconfig does not have is told with those it has', async () => {
  const ended = await smoke(['--context', 'kind-gone'], { docker: ENGINE, kind: KIND })
  expect(ended.stdout).toContain(
    '✗ ERR_CONTEXT: context "kind-gone" is not in the kubeconfig; it has keyless-local\n',
  )
  expect(ended.stdout).toContain('kind export kubeconfig --name gone')
  expect(ended.code).toBe(2)
})

test('a context that is misspelt is told before how the images get there, and with the tools that are missing', async () => {
  const ended = await smoke(['--context', 'typo'], {})
  const problems = ended.stdout.split('\n').filter((line) => line.startsWith('✗'))
  expect(problems).toEqual([
    '✗ ERR_CONTEXT: context "typo" is not in the kubeconfig; it has keyless-local',
    '✗ ERR_TOOL_MISSING: docker: there is no such program on PATH',
  ])
  expect(ended.code).toBe(2)
})

test('a context that is there is asked how the images get there', async () => {
  const ended = await smoke(['--context', 'keyless-local'], { docker: ENGINE })
  expect(ended.stdout).toContain(
    '✗ ERR_USAGE: context "keyless-local": how do the images get into this cluster?\n',
  )
  expect(ended.code).toBe(2)
})

test('an API server that is not there is told with its address', async () => {
  const kubeconfig = await kubeconfigFor('https://127.0.0.1:1')
  const ended = await onEngine(['--context', 'there'], { KUBECONFIG: kubeconfig })
  expect(ended.stdout).toMatch(
    /✗ ERR_UNREACHABLE: context "there", https:\/\/127\.0\.0\.1:1: the API server is not reachable: .*refused/,
  )
  expect(ended.stdout).toContain('next: is the cluster running?')
  expect(ended.code).toBe(2)
})

test('an API server with another certificate is told so', async () => {
  const kubeconfig = await kubeconfigFor(platform.urls.kubernetes)
  const ended = await onEngine(['--context', 'there'], { KUBECONFIG: kubeconfig })
  expect(ended.stdout).toMatch(
    /ERR_UNREACHABLE: .*: its certificate is not the one of this context/,
  )
})

test('a kubeconfig that cannot be read is told so', async () => {
  const kubeconfig = join(folder, 'broken')
  await writeFile(kubeconfig, 'clusters: [')
  const ended = await onEngine(['--context', 'there'], { KUBECONFIG: kubeconfig })
  expect(ended.stdout).toMatch(/✗ ERR_CONTEXT: the kubeconfig cannot be read: .*yaml/)
  expect(ended.code).toBe(2)
})

test('a cordoned node is told with the command that lets pods in', async () => {
  await platform.kubectl('cordon', 'local-node')
  try {
    const ended = await onEngine(['--context', 'keyless-local'])
    expect(ended.stdout).toContain('✗ ERR_CLUSTER: no node takes the pods: local-node: cordoned\n')
    expect(ended.stdout).toContain('next: kubectl --context keyless-local uncordon local-node\n')
    expect(ended.code).toBe(2)
  } finally {
    await platform.kubectl('uncordon', 'local-node')
  }
})

test('a tainted node is told with the command that lets pods in', async () => {
  const taint = ['patch', 'node', 'local-node', '--type', 'merge', '--patch']
  const taints = [
    { key: 'soft', effect: 'PreferNoSchedule' },
    { key: 'only', value: 'system', effect: 'NoSchedule' },
  ]
  await platform.kubectl(...taint, JSON.stringify({ spec: { taints } }))
  try {
    const ended = await onEngine(['--context', 'keyless-local'])
    expect(ended.stdout).toContain(
      'no node takes the pods: local-node: tainted only=system:NoSchedule\n',
    )
    expect(ended.stdout).toContain(
      'kubectl --context keyless-local taint nodes local-node only:NoSchedule-\n',
    )
    expect(ended.code).toBe(2)
  } finally {
    await platform.kubectl(...taint, JSON.stringify({ spec: { taints: [] } }))
  }
})

test('a node that has just become ready is taken, though its taint is not gone yet', async () => {
  const taint = ['patch', 'node', 'local-node', '--type', 'merge', '--patch']
  const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]
  await platform.kubectl(...taint, JSON.stringify({ spec: { taints } }))
  try {
    const kubectl = createKubectl({
      program: await findKubectl(),
      context: 'keyless-local',
      env: { ...process.env, KUBECONFIG: platform.kubeconfig },
      signal: new AbortController().signal,
    })
    expect(await checkNodes(kubectl)).toEqual(['local-node'])
  } finally {
    await platform.kubectl(...taint, JSON.stringify({ spec: { taints: [] } }))
  }
})

test('missing permissions are told all at once', async () => {
  const ended = await onEngine(['--context', 'keyless-local'], {
    KUBECONFIG: await guestKubeconfig(),
  })
  expect(ended.stdout).toMatch(
    /✗ ERR_PERMISSION: context "keyless-local": this user may not create namespaces, .*create clusterroles, /,
  )
  expect(ended.code).toBe(5)
})

test.for(['no option', '--reuse', '--remove'])(
  'a namespace that no run has made is neither used nor removed with %s',
  async (words) => {
    const args = words.match(/--\w+/g) ?? []
    await platform.kubectl('create', 'namespace', 'keyless-cosmos')
    try {
      const ended = await onEngine(['--context', 'keyless-local', ...args])
      expect(ended.stdout).toContain(
        '✗ ERR_OCCUPIED: context "keyless-local" has Namespace/keyless-cosmos, made by no smoke run (there is no ConfigMap/default/keyless-smoke): left alone\n',
      )
      expect(ended.stdout).toContain('npm run destroy -- --env kind\n')
      expect(ended.code).toBe(2)
      const there = await platform.kubectl('get', 'namespace', 'keyless-cosmos')
      expect(there.code).toBe(0)
    } finally {
      await platform.kubectl('delete', 'namespace', 'keyless-cosmos')
    }
  },
)

test('a cluster that a run holds is told with that run, and how to go on', async () => {
  const claim = ['configmap', 'keyless-smoke', '--namespace', 'default']
  await platform.kubectl('create', ...claim, '--from-literal', 'run=process 7 on elsewhere')
  try {
    const ended = await onEngine(['--context', 'keyless-local'])
    expect(ended.stdout).toContain(
      '✗ ERR_OCCUPIED: context "keyless-local" has a smoke run already: process 7 on elsewhere\n',
    )
    expect(ended.stdout).toContain('--reuse, or remove it: --remove')
    expect(ended.code).toBe(2)
  } finally {
    await platform.kubectl('delete', ...claim)
  }
})

test('where no run has left anything, --remove says so', async () => {
  const ended = await onEngine(['--context', 'keyless-local', '--remove'])
  expect(ended.stdout).toContain('  nothing: there is no ConfigMap/default/keyless-smoke\n')
  expect(ended.code).toBe(0)
})

test('a namespace that is going away is waited for by the user, with the command', async () => {
  await platform.kubectl('create', 'namespace', 'keyless-cosmos')
  await platform.kubectl('create', 'configmap', 'held', '--namespace', 'keyless-cosmos')
  const held = ['configmap', 'held', '--namespace', 'keyless-cosmos', '--type', 'merge', '--patch']
  await platform.kubectl('patch', ...held, '{"metadata":{"finalizers":["example.com/held"]}}')
  await platform.kubectl('delete', 'namespace', 'keyless-cosmos', '--wait=false')
  try {
    const ended = await onEngine(['--context', 'keyless-local', '--reuse'])
    expect(ended.stdout).toMatch(/✗ ERR_CLUSTER: Namespace\/keyless-cosmos is still being deleted/)
    expect(ended.stdout).toContain(
      'next: kubectl --context keyless-local wait --for=delete namespace/keyless-cosmos --timeout=2m',
    )
  } finally {
    await platform.kubectl('patch', ...held, '{"metadata":{"finalizers":[]}}')
  }
})

async function smoke(
  args: readonly string[],
  programs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const all = { KUBECONFIG: platform.kubeconfig, ...env }
  return (await startSmoke('main', args, { folder, programs, env: all })).ended
}

async function smokeKind(args: readonly string[], programs: Readonly<Record<string, string>>) {
  return (await startSmoke('kind', args, { folder, programs })).ended
}

function onEngine(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return smoke([...args, '--load', 'docker'], { docker: ENGINE }, env)
}

async function kubeconfigFor(server: string): Promise<string> {
  const file = join(await mkdtemp(join(folder, 'kube-')), 'config')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'there', cluster: { server } }],
    users: [{ name: 'there', user: { token: 'nobody' } }],
    contexts: [{ name: 'there', context: { cluster: 'there', user: 'there' } }],
  }
  await writeFile(file, JSON.stringify(config), { mode: 0o600 })
  return file
}

/** The administrator's credentials, acting as somebody who may only look around. */
async function guestKubeconfig(): Promise<string> {
  const role = ['--verb=get,list', '--resource=nodes,namespaces']
  await platform.kubectl('create', 'clusterrole', 'looker', ...role)
  await platform.kubectl('create', 'clusterrole', 'reader', '--verb=get', '--non-resource-url=*')
  for (const name of ['looker', 'reader']) {
    const binding = [name, `--clusterrole=${name}`, '--user=guest']
    await platform.kubectl('create', 'clusterrolebinding', ...binding)
  }
  const { stdout } = await platform.kubectl('config', 'view', '--raw', '-o', 'json')
  const config = JSON.parse(stdout) as { users: { user: object }[] }
  const file = join(folder, 'guest')
  const users = config.users.map((one) => ({ ...one, user: { ...one.user, as: 'guest' } }))
  await writeFile(file, JSON.stringify({ ...config, users }), { mode: 0o600 })
  return file
}
