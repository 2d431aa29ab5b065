import type { Kubectl } from './kubectl.ts'
import { SmokeError } from './smoke-error.ts'

/** What a run makes and removes: its objects, or a whole kind cluster with everything in it. */
export type Claimed = 'objects' | 'cluster'

/** A ConfigMap each: the API server lets only one run make it. */
const NAMES: Readonly<Record<Claimed, string>> = {
  objects: 'keyless-smoke',
  cluster: 'keyless-smoke-cluster',
}
const NAMESPACE = 'default'

/** As it is told. */
export function claimRef(what: Claimed): string {
  return `ConfigMap/${NAMESPACE}/${NAMES[what]}`
}

/**
 * Marks as this run's what it is about to make. The mark is the first thing that is written and the last that is removed,
 * so that a run which is killed at any moment leaves it beside whatever else it leaves; what does not bear it, no run has
 * made.
 *
 * @param run Names this run, and no other.
 * @param takeOver From the run that has it, if there is one.
 * @throws {SmokeError} `ERR_OCCUPIED` if another run was faster.
 */
export async function claim(
  kubectl: Kubectl,
  what: Claimed,
  { run, takeOver }: { readonly run: string; readonly takeOver: boolean },
): Promise<void> {
  const metadata = { name: NAMES[what], namespace: NAMESPACE }
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { run } })
  const created = await kubectl.run(['create', '-f', '-'], { input })
  if (created.code === 0) return
  const isThere = created.stderr.includes('(AlreadyExists)')
  if (isThere && !takeOver) throw heldBy((await claimant(kubectl, what)) ?? 'another run')
  await kubectl.need([isThere ? 'replace' : 'create', '-f', '-'], { input })
}

/** The run that has made, or taken over, what is there; `undefined` if no run has. */
export async function claimant(kubectl: Kubectl, what: Claimed): Promise<string | undefined> {
  const args = ['configmap', NAMES[what], '--namespace', NAMESPACE, '--request-timeout=10s']
  const found = await kubectl.get<{ readonly data?: { readonly run?: string } }>(args)
  return found === undefined ? undefined : (found.data?.run ?? 'a run without a name')
}

export async function release(kubectl: Kubectl, what: Claimed): Promise<void> {
  const args = ['configmap', NAMES[what], '--namespace', NAMESPACE]
  await kubectl.need(['delete', ...args, '--ignore-not-found'])
}

export function heldBy(run: string, subject = 'the cluster'): SmokeError {
  return new SmokeError('ERR_OCCUPIED', `${subject} has a smoke run already: ${run}`, {
    hint: [
      'if it is still under way: wait until it has ended, and run again',
      'if it was killed, or kept: go on with it: --reuse, or remove it: --remove',
    ].join('\n'),
  })
}
