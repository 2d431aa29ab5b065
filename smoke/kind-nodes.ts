import { needProgram, runProgram } from './program.ts'
import type { Stage } from './stage.ts'

type World = Pick<Stage, 'env' | 'signal'>

/** Names of the containers that are the nodes of a kind cluster. */
export async function kindNodes(
  { env, signal }: World,
  cluster: string,
): Promise<readonly string[]> {
  const said = await needProgram(['kind', 'get', 'nodes', '--name', cluster], {
    env,
    signal,
    what: `kind get nodes --name ${cluster}`,
  })
  return said.split('\n').filter(Boolean)
}

/** Names of the images a node has; every node image of kind has containerd's `ctr`. */
export async function imagesOf(world: World, node: string): Promise<readonly string[]> {
  const said = await needProgram(inNode(node, ['images', 'ls', '-q']), {
    ...world,
    what: `the images of node ${node}`,
  })
  return said.split('\n').filter(Boolean)
}

/** Takes images away from a node; those it does not have are no problem. */
export async function removeImages(
  world: World,
  node: string,
  images: readonly string[],
): Promise<void> {
  if (images.length === 0) return
  await runProgram(inNode(node, ['images', 'rm', '--sync', ...images]), world)
}

function inNode(node: string, args: readonly string[]): [string, ...string[]] {
  return ['docker', 'exec', node, 'ctr', '--namespace', 'k8s.io', ...args]
}
