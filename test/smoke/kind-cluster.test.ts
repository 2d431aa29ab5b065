// The life of the kind cluster, with a `kind` that keeps a list of its clusters in a file and a real client that speaks to the
// API server in it: whatever happens, none is left that a run has made, and none is touched that no run has made.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { stateFolder } from '../../smoke/stage.ts'
import { startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'
import type { Ended } from '../support/run.ts'
import { ENGINE, startSmoke } from './programs.ts'

const NAME = 'keyless-test'
const MARK = ['configmap', 'keyless-smoke-cluster', '--namespace', 'default']

let platform: TestPlatform
let folder: string
let clusters: string
let kubeconfig: string

beforeAll(async () => {
  platform = await startTestPlatform()
  folder = await mkdtemp(join(tmpdir(), 'keyless-smoke-'))
  clusters = join(folder, 'clusters')
  kubeconfig = join(folder, 'kubeconfig')
  const text = await readFile(platform.kubeconfig, 'utf8')
  await writeFile(kubeconfig, text.replaceAll('keyless-local', `kind-${NAME}`), { mode: 0o600 })
})
beforeEach(async () => {
  await writeFile(clusters, '')
  const names = ['keyless-smoke', 'keyless-smoke-cluster']
  await platform.kubectl(
    'delete',
    'configmap',
    ...names,
    '--namespace=default',
    '--ignore-not-found',
  )
})
afterAll(async () => {
  await platform.close()
  await rm(folder, { recursive: true, force: true })
  await rm(`${stateFolder(`kind-${NAME}`)}.kubeconfig`, { force: true })
})

/**
 * @param create What it does once the cluster is in its list.
 * @param look What it does when the journey looks for its version, in the cluster that is there by then.
 */
function kind(create: string, look: string): string {
  return `
for word; do [ "$previous" = --kubeconfig ] && kubeconfig=$word; previous=$word; done
case "$1 $2" in
  "version ") if [ -s "$CLUSTERS" ]; then ${look}; fi; echo "kind v0.33.0 go1.26.0 linux/amd64" ;;
  "get clusters") while read -r line; do echo "$line"; done <"$CLUSTERS" ;;
  "create cluster") echo ${NAME} >"$CLUSTERS"; ${create}; /bin/cp "$SERVED" "$kubeconfig" ;;
  "export kubeconfig") /bin/cp "$SERVED" "$kubeconfig" ;;
  "delete cluster") if [ -e "$CLUSTERS.stopped" ]; then echo "ERROR: Cannot connect to the Docker daemon" >&2; exit 1; fi; : >"$CLUSTERS" ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac`
}

test('Ctrl-C while the cluster is made deletes it', async () => {
  const running = await smokeKind([], { create: 'exec /bin/sleep 60' })
  await running.said('kind create cluster')
  await expect.poll(() => readFile(clusters, 'utf8')).toContain(NAME)
  running.child.kill('SIGINT')
  const ended = await running.ended
  expect(ended).toMatchObject({ code: 130 })
  expect(ended.stdout).toContain('• Interrupted: ending')
  expect(ended.stdout).toContain('left on this machine: nothing')
  expect(await readFile(clusters, 'utf8')).toBe('')
})

test('a node image that cannot be pulled is told with the command that gets it', async () => {
  const create =
    'echo "ERROR: failed to create cluster: failed to pull image \\"kindest/node:v1\\": command failed" >&2; exit 1'
  const ended = await end([], { create })
  expect(ended.stdout).toContain('✗ ERR_IMAGE: the node image cannot be had: kindest/node:v1\n')
  expect(ended.stdout).toMatch(/next: .*docker pull kindest\/node:v1\n.*KIND_NODE_IMAGE=NAME/)
  expect(ended.code).toBe(1)
  expect(await readFile(clusters, 'utf8')).toBe('')
})

test('a journey that fails leaves no cluster', async () => {
  const ended = await end([], { look: 'echo broken >&2; exit 1' })
  expect(ended.stdout).toContain('✗ ERR_TOOL_MISSING: kind version: exit code 1: broken\n')
  expect(ended.stdout).toContain('left on this machine: nothing')
  expect(await readFile(clusters, 'utf8')).toBe('')
})

test('an engine that stops in the middle is told, with the command that removes the rest later', async () => {
  const stopped = `${clusters}.stopped`
  const ended = await end([], {
    create: `: >"$CLUSTERS.stopped"; echo "ERROR: Cannot connect to the Docker daemon" >&2; exit 1`,
  })
  await rm(stopped)
  expect(ended.stdout).toContain('Stopped: deleting the kind cluster\n')
  expect(ended.stdout).toMatch(/✗ ERR_CLUSTER: kind create cluster: .*Cannot connect/)
  expect(ended.stdout).toContain(
    `next: when the engine answers again: kind delete cluster --name ${NAME}\n`,
  )
  expect(ended.code).toBe(1)
})

test('with --keep it stays, how to go on is told, and --remove removes it', async () => {
  const ended = await end(['--keep'])
  expect(ended.stdout).toMatch(/export KUBECONFIG=\/.*kind-keyless-test\.kubeconfig/)
  expect(await readFile(clusters, 'utf8')).toContain(NAME)
  const again = await end(['--remove'])
  expect(again).toMatchObject({ code: 0 })
  expect(await readFile(clusters, 'utf8')).toBe('')
})

test('a cluster that a run has made is told with that run, and not touched unless asked', async () => {
  await end(['--keep'])
  const ended = await end([])
  expect(ended.stdout).toMatch(
    /✗ ERR_OCCUPIED: the kind cluster "keyless-test" has a smoke run already: process \d+ on /,
  )
  expect(ended.stdout).toContain('--reuse, or remove it: --remove')
  expect(ended.code).toBe(2)
  expect(await readFile(clusters, 'utf8')).toBe(`${NAME}\n`)
})

test.for(['no option', '--remove', '--reuse', '--reuse --keep'])(
  'a cluster that no run has made is left alone with %s',
  async (words) => {
    const args = words.match(/--\w+/g) ?? []
    await writeFile(clusters, `${NAME}\n`)
    const ended = await end(args)
    expect(ended.stdout).toContain(
      `✗ ERR_OCCUPIED: the kind cluster "${NAME}" is there, and does not say that a smoke run has made it (ConfigMap/default/keyless-smoke-cluster): left alone\n`,
    )
    expect(ended.stdout).toContain(
      `a run was killed while it made it: kind delete cluster --name ${NAME}\n`,
    )
    expect(ended.code).toBe(2)
    expect(await readFile(clusters, 'utf8')).toBe(`${NAME}\n`)
    expect(await platform.kubectl('get', ...MARK)).toMatchObject({ code: 1 })
  },
)

test('a cluster that another makes at the same moment is not deleted', async () => {
  const create =
    'echo "ERROR: failed to create cluster: node(s) already exist for a cluster with the name" >&2; exit 1'
  const ended = await end([], { create })
  expect(ended.stdout).toContain(
    '✗ ERR_OCCUPIED: the kind cluster "keyless-test" is being made by another\n',
  )
  expect(ended.code).toBe(2)
  expect(await readFile(clusters, 'utf8')).toBe(`${NAME}\n`)
})

test('a cluster that another run has taken over is left to it', async () => {
  const running = await smokeKind([], { look: 'exec /bin/sleep 60' })
  await running.said('Looking before the first write')
  const other = await end(['--reuse', '--keep'])
  expect(other.stdout).toContain('Going on with the kind cluster')
  running.child.kill('SIGINT')
  const ended = await running.ended
  expect(ended.stdout).toContain(
    'The kind cluster is left to the run that has taken it over: process ',
  )
  expect(await readFile(clusters, 'utf8')).toBe(`${NAME}\n`)
})

test.for([
  {
    what: 'a manifest that is not there',
    args: ['--real-webhook-manifest', '/nonexistent'],
    says: /✗ ERR_USAGE: --real-webhook-manifest \/nonexistent: .*ENOENT.*\n {2}next: /,
  },
  {
    what: 'an emulator that cannot be pulled',
    args: ['--store', 'emulator'],
    says: /✗ ERR_IMAGE: the image of the emulator cannot be had/,
  },
])('$what is told before a cluster is made', async ({ args, says }) => {
  const ended = await end(args, { docker: 'case "$1" in version) echo 28;; *) exit 1;; esac' })
  expect(ended.stdout).toMatch(says)
  expect(ended.stdout).not.toContain('Making the kind cluster')
  expect(ended.stdout).not.toContain('eleting the kind cluster')
})

interface Programs {
  readonly create?: string
  readonly look?: string
  readonly docker?: string
}

function smokeKind(
  args: readonly string[],
  { create = ':', look = ':', docker = ENGINE }: Programs = {},
) {
  const env = { CLUSTERS: clusters, SERVED: kubeconfig }
  const programs = { docker, kind: kind(create, look) }
  return startSmoke('kind', ['--name', NAME, ...args], { folder, programs, env })
}

async function end(args: readonly string[], programs: Programs = {}): Promise<Ended> {
  return (await smokeKind(args, programs)).ended
}
