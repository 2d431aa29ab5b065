import type { Cluster } from '../cluster/connect.ts'
import { podOf } from '../cluster/newest-pod.ts'
import { DeployError } from '../core/errors.ts'
import { podTemplatePath } from '../core/inputs.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import { onTarget } from '../core/kubectl.ts'
import type { KubectlTarget } from '../core/kubectl.ts'
import { mainContainer } from '../core/pod-containers.ts'
import type { CommandContext } from './context.ts'
import { printLog } from './logs.ts'

/**
 * The one object of a folder whose pod's log a deploy can follow. A CronJob's pods come later.
 *
 * @param target Nothing is connected yet that would be known from the output.
 * @throws {DeployError} `ERR_USAGE` if there is none or are several, naming them.
 */
export function followedOf(
  folder: string,
  objects: readonly KubeObject[],
  target: KubectlTarget,
): ObjectRef {
  const running = objects.filter(
    (object) => podTemplatePath(object) !== undefined && object.kind !== 'CronJob',
  )
  const [first, ...others] = running.map(objectRef)
  if (first === undefined) {
    const message = `--follow: no object of ${folder} runs a pod when it is deployed`
    throw new DeployError('ERR_USAGE', message, { subject: folder, hint: 'leave --follow out' })
  }
  if (others.length === 0) return first
  const subjects = [first, ...others].map(subjectOf).join(', ')
  throw new DeployError('ERR_USAGE', `--follow: ${folder} has several that run pods: ${subjects}`, {
    subject: folder,
    hint: `leave --follow out, and follow the one that is meant: ${onTarget(kubectlLogs(first), target)}`,
  })
}

/** kubectl finds the pod of any of these kinds. */
function kubectlLogs({ kind, name, namespace }: ObjectRef): string {
  const place = namespace === undefined ? '' : ` --namespace ${namespace}`
  return `kubectl logs --follow ${kind.toLowerCase()}/${name}${place}`
}

/** Prints the log of the object's newest pod until it ends, and says which pod that is. @returns The exit code. */
export async function followLog(
  cluster: Cluster,
  ready: readonly KubeObject[],
  followed: ObjectRef,
  context: CommandContext,
): Promise<number> {
  const object = ready.find((one) => identityOf(objectRef(one)) === identityOf(followed))
  const pod = object && (await podOf(cluster, object))
  const subject = subjectOf(followed)
  if (!pod) throw new DeployError('ERR_NOT_FOUND', `${subject}: no log: it has no pod`, { subject })
  const ref = objectRef(pod)
  const container = mainContainer(pod)
  context.report({ event: 'begin', message: `Following ${subjectOf(ref)}` })
  const options = { follow: true, ...(container === undefined ? {} : { container }) }
  return printLog(cluster, ref, options, context)
}
