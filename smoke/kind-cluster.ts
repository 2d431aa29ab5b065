import { rm } from 'node:fs/promises'
import { needKubectl } from './stage.ts'
import { createKubectl } from './kubectl.ts'
import type { Kubectl } from './kubectl.ts'
import { claim, claimant } from './claim.ts'
import { lastLines, needProgram, runProgram } from './program.ts'
import { SmokeError } from './smoke-error.ts'
import type { Teller } from './run-story.ts'

/** A kind cluster with a kubeconfig of its own: the user's is never touched. */
export interface KindCluster {
  readonly name: string
  readonly kubeconfig: string
  /** Instead of the image in `kind-config.yaml`. */
  readonly nodeImage?: string
}

type World = Pick<Teller, 'voice' | 'env' | 'signal' | 'run'>

const CONFIG = 'kind-config.yaml'
/** kind gives the control plane this long to be ready. */
const READY = '120s'

export async function kindClusters({ env, signal }: Pick<World, 'env' | 'signal'>) {
  const said = await needProgram(['kind', 'get', 'clusters'], {
    env,
    signal,
    what: 'kind get clusters',
  })
  return said.split('\n').filter(Boolean)
}

/**
 * Makes the cluster, and marks it as this run's.
 *
 * @throws {SmokeError} `ERR_OCCUPIED` if another was faster to take the name, `ERR_IMAGE` if the node image cannot be had,
 *   else `ERR_CLUSTER` with kind's own words.
 */
export async function createKindCluster(cluster: KindCluster, world: World): Promise<void> {
  const { env, signal, voice } = world
  const words = [
    'kind',
    'create',
    'cluster',
    '--name',
    cluster.name,
    '--config',
    CONFIG,
    '--kubeconfig',
    cluster.kubeconfig,
    '--wait',
    READY,
    ...(cluster.nodeImage === undefined ? [] : ['--image', cluster.nodeImage]),
  ] as const
  voice.command(words)
  const { code, stderr } = await runProgram(words, { env, signal })
  if (code !== 0) throw creationFailed(cluster, stderr)
  await claim(await kubectlOf(cluster, world), 'cluster', { run: world.run, takeOver: false })
}

async function kubectlOf(
  { name, kubeconfig }: KindCluster,
  { env, signal }: Pick<World, 'env' | 'signal'>,
): Promise<Kubectl> {
  const program = await needKubectl()
  return createKubectl({
    program,
    context: contextOf(name),
    kubeconfig,
    env: { ...env, KUBECONFIG: kubeconfig },
    signal,
  })
}

/** kind names it so. */
export function contextOf(name: string): string {
  return `kind-${name}`
}

/** The run that has made, or taken over, a cluster that is there; `undefined` if no run has, or it cannot be asked. */
export async function makerOf(cluster: KindCluster, world: World): Promise<string | undefined> {
  // Not where a run keeps its own: of a cluster of others nothing stays here
  const asked = { ...cluster, kubeconfig: `${cluster.kubeconfig}.asked-by-${process.pid}` }
  try {
    await exportKubeconfig(asked, world)
    return await claimant(await kubectlOf(asked, world), 'cluster')
  } catch (error) {
    world.signal.throwIfAborted()
    if (error instanceof SmokeError) return undefined
    throw error
  } finally {
    await removeKubeconfig(asked)
  }
}

async function removeKubeconfig({ kubeconfig }: KindCluster): Promise<void> {
  for (const file of [kubeconfig, `${kubeconfig}.lock`]) await rm(file, { force: true })
}

function creationFailed({ name }: KindCluster, stderr: string): SmokeError {
  if (/already exist/.test(stderr)) {
    return new SmokeError('ERR_OCCUPIED', `the kind cluster "${name}" is being made by another`, {
      hint: 'take another name: --name NAME',
    })
  }
  const image = /failed to pull image "([^"]+)"/.exec(stderr)?.[1]
  if (image !== undefined) {
    return new SmokeError('ERR_IMAGE', `the node image cannot be had: ${image}`, {
      hint: `on a machine that reaches the registry: docker pull ${image}\nanother node image: KIND_NODE_IMAGE=NAME npm run smoke:kind`,
    })
  }
  return new SmokeError('ERR_CLUSTER', `kind create cluster: ${reasons(stderr)}`, {
    hint: 'https://kind.sigs.k8s.io/docs/user/known-issues/',
  })
}

/** kind prints all that kubeadm said; what matters are its errors, in between. */
function reasons(stderr: string): string {
  const errors = stderr.split('\n').filter((line) => /^\s*(ERROR|error|\[ERROR.*\]):?\s/.test(line))
  return lastLines(errors.length > 0 ? errors.join('\n') : stderr, 6)
}

/** Takes over a cluster that a run has made: writes its kubeconfig. */
export async function useKindCluster(cluster: KindCluster, world: World): Promise<void> {
  await exportKubeconfig(cluster, world)
  await claim(await kubectlOf(cluster, world), 'cluster', { run: world.run, takeOver: true })
}

async function exportKubeconfig(
  { name, kubeconfig }: KindCluster,
  { env, signal }: World,
): Promise<void> {
  const what = `kind export kubeconfig --name ${name}`
  await needProgram(['kind', 'export', 'kubeconfig', '--name', name, '--kubeconfig', kubeconfig], {
    env,
    signal,
    what,
  })
}

/**
 * Deletes the cluster, whichever part of it is there.
 *
 * @returns What is left of it on this machine.
 */
export async function deleteKindCluster(
  cluster: KindCluster,
  { env, signal }: World,
): Promise<readonly string[]> {
  const { name, kubeconfig } = cluster
  const what = `kind delete cluster --name ${name}`
  await needProgram(['kind', 'delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig], {
    env,
    signal,
    what,
    hint: `when the engine answers again: ${what}`,
  })
  await removeKubeconfig(cluster)
  const filter = ['--all', '--filter', `label=io.x-k8s.kind.cluster=${name}`]
  const nodes = await needProgram(['docker', 'ps', ...filter, '--format', '{{.Names}}'], {
    env,
    signal,
    what: 'docker ps',
  })
  return nodes
    .split('\n')
    .filter(Boolean)
    .map((node) => `container ${node}`)
}
