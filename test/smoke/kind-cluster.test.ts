// The life of the kind cluster, with a `kind` that keeps a list of its clusters in a file: whatever happens, none is left.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Ended } from '../support/run.ts'
import { ENGINE, startSmoke } from './programs.ts'

const NAME = 'keyless-test'

let folder: string
let clusters: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyless-smoke-'))
  clusters = join(folder, 'clusters')
})
beforeEach(() => writeFile(clusters, ''))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** @param create What it does once the cluster is in its list. */
function kind(create: string): string {
  return `
case "$1 $2" in
  "version ") echo "kind v0.33.0 go1.26.0 linux/amd64" ;;
  "get clusters") while read -r line; do echo "$line"; done <"$CLUSTERS" ;;
  "create cluster") echo ${NAME} >"$CLUSTERS"; ${create} ;;
  "export kubeconfig") ;;
  "delete cluster") if [ -e "$CLUSTERS.stopped" ]; then echo "ERROR: Cannot connect to the Docker daemon" >&2; exit 1; fi; : >"$CLUSTERS"; echo deleted >>"$CLUSTERS.log" ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac`
}

test('Ctrl-C while the cluster is made deletes it', async () => {
  const running = await smokeKind([], 'exec /bin/sleep 60')
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
  const said =
    'echo "ERROR: failed to create cluster: failed to pull image \\"kindest/node:v1\\": command failed" >&2; exit 1'
  const ended = await end([], said)
  expect(ended.stdout).toContain('✗ ERR_IMAGE: the node image cannot be had: kindest/node:v1\n')
  expect(ended.stdout).toMatch(/next: .*docker pull kindest\/node:v1\n.*KIND_NODE_IMAGE=NAME/)
  expect(ended.code).toBe(1)
  expect(await readFile(clusters, 'utf8')).toBe('')
})

test('a journey that fails leaves no cluster', async () => {
  const ended = await end([], ':')
  expect(ended.stdout).toContain(`✗ ERR_CONTEXT: context "kind-${NAME}" is not in the kubeconfig`)
  expect(ended.stdout).toContain('left on this machine: nothing')
  expect(await readFile(clusters, 'utf8')).toBe('')
})

test('an engine that stops in the middle is told, with the command that removes the rest later', async () => {
  const stopped = `${clusters}.stopped`
  const ended = await end(
    [],
    `: >"$CLUSTERS.stopped"; echo "ERROR: Cannot connect to the Docker daemon" >&2; exit 1`,
  )
  expect(ended.stdout).toContain('Stopped: deleting the kind cluster\n')
  expect(ended.stdout).toMatch(/✗ ERR_CLUSTER: kind create cluster: .*Cannot connect/)
  expect(ended.stdout).toContain(
    `next: when the engine answers again: npm run smoke:kind -- --name ${NAME} --remove\n`,
  )
  expect(ended.code).toBe(1)
  await rm(stopped)
  expect(await end(['--remove'], ':')).toMatchObject({ code: 0 })
  expect(await readFile(clusters, 'utf8')).toBe('')
})

test('with --keep it stays, and how to go on is told', async () => {
  const ended = await end(['--keep'], ':')
  expect(ended.stdout).toMatch(/export KUBECONFIG=\/.*kind-keyless-test\.kubeconfig/)
  expect(await readFile(clusters, 'utf8')).toContain(NAME)
  const again = await end(['--remove'], ':')
  expect(again).toMatchObject({ code: 0 })
  expect(await readFile(clusters, 'utf8')).toBe('')
})

test('a cluster that is there is not touched unless asked', async () => {
  await writeFile(clusters, `${NAME}\n`)
  const ended = await end([], ':')
  expect(ended.stdout).toContain(`✗ ERR_OCCUPIED: the kind cluster "${NAME}" is there already\n`)
  expect(ended.stdout).toContain('--reuse, or remove it: --remove')
  expect(ended.code).toBe(2)
  expect(await readFile(clusters, 'utf8')).toBe(`${NAME}\n`)
})

function smokeKind(args: readonly string[], create: string) {
  const programs = { docker: ENGINE, kind: kind(create) }
  const env = { CLUSTERS: clusters }
  return startSmoke('kind', ['--name', NAME, ...args], { folder, programs, env })
}

async function end(args: readonly string[], create: string): Promise<Ended> {
  return (await smokeKind(args, create)).ended
}
