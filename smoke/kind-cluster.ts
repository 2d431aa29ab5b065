import { rm } from 'node:fs/promises'
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

type World = Pick<Teller, 'voice' | 'env' | 'signal'>

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

/** @throws {SmokeError} `ERR_IMAGE` if the node image cannot be had, else `ERR_CLUSTER` with kind's own words. */
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
  if (code === 0) return
  throw creationFailed(stderr)
}

function creationFailed(stderr: string): SmokeError {
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

/** Takes over a cluster that is there: writes its kubeconfig. */
export async function useKindCluster(cluster: KindCluster, { env, signal }: World): Promise<void> {
  const { name, kubeconfig } = cluster
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
  { name, kubeconfig }: KindCluster,
  { env, signal }: World,
): Promise<readonly string[]> {
  const what = `kind delete cluster --name ${name}`
  await needProgram(['kind', 'delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig], {
    env,
    signal,
    what,
    hint: `when the engine answers again: npm run smoke:kind -- --name ${name} --remove`,
  })
  for (const file of [kubeconfig, `${kubeconfig}.lock`]) await rm(file, { force: true })
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
