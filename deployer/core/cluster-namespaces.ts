import { DeployError } from './errors.ts'
import { subjectOf, objectRef } from './object.ts'
import type { KubeObject } from './object.ts'

/** Made by Kubernetes itself, which keeps its own pods in them, or puts there what names no namespace. */
const CLUSTER_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Whether an object is a namespace that no deploy brings: the cluster has it from the start, and needs it. */
export function isClusterNamespace({ kind, metadata }: KubeObject): boolean {
  return kind === 'Namespace' && CLUSTER_NAMESPACES.includes(metadata.name)
}

/**
 * Refuses a set that would make a namespace of the cluster its own. Even adopting it is no way: pod security that it
 * enforced from then on would keep kube-proxy and the network plug-in from coming back, and destroy would delete it.
 *
 * @throws {DeployError} `ERR_ADOPT`.
 */
export function refuseClusterNamespaces(desired: readonly KubeObject[]): void {
  const subjects = desired.filter(isClusterNamespace).map((object) => subjectOf(objectRef(object)))
  if (subjects.length === 0) return
  throw new DeployError(
    'ERR_ADOPT',
    `${subjects.join(', ')}: belongs to the cluster itself, and its labels bind all pods in it: never adopted`,
    {
      subject: subjects.join(', '),
      hint: 'deploy to a namespace of your own (namespace in the environment); or, of a folder of your own, leave the Namespace object out: the rest can be deployed into it all the same',
    },
  )
}
