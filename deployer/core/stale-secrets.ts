import { podTemplatePath } from './inputs.ts'
import { kubectl } from './kubectl.ts'
import { at, listAt, subjectOf, textAt } from './object.ts'
import type { KubeObject, ObjectRef } from './object.ts'
import type { Plan, PlanEntry } from './plan.ts'

/** Those whose pods are made anew by `kubectl rollout restart`. */
const RESTARTED: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet']

/**
 * Workloads that keep what they read of a Secret which a plan changes. A ConfigMap starts them again by its digest in
 * their template (see `inputs.ts`); a Secret has none there. What is mounted as a file is renewed by the kubelet.
 *
 * @returns `Deployment/ns/web: its pods read Secret "s" only when they start, …`
 */
export function staleSecrets({ entries }: Plan): readonly string[] {
  const changed = entries.filter(
    ({ ref, action, changes }) =>
      ref.kind === 'Secret' && action === 'configure' && changes.some(({ path }) => isValue(path)),
  )
  if (changed.length === 0) return []
  return entries.filter(staysRunning).flatMap(({ ref, desired }) => {
    const names = secretsAtStart(desired)
    return changed
      .filter(({ ref: secret }) => isBeside(secret, ref) && names.includes(secret.name))
      .map(({ ref: secret }) => text(ref, secret))
  })
}

function text(workload: ObjectRef, { name }: ObjectRef): string {
  return `${subjectOf(workload)}: its pods read Secret "${name}" only when they start, and this deploy does not restart them: ${kubectl('rollout restart', workload)}`
}

function isValue(path: string): boolean {
  return /^\.(data|stringData)\b/.test(path)
}

function isBeside(one: ObjectRef, other: ObjectRef): boolean {
  return one.namespace === other.namespace
}

function staysRunning({ ref, action, live, changes }: PlanEntry): boolean {
  if (!RESTARTED.includes(ref.kind) || live === undefined) return false
  return (
    action === 'unchanged' ||
    (action === 'configure' && !changes.some(({ path }) => path.startsWith('.spec.template')))
  )
}

/** The names of those that are read into variables. */
function secretsAtStart(object: KubeObject | undefined): readonly string[] {
  if (object === undefined) return []
  const spec = at(object, ...(podTemplatePath(object) ?? []), 'spec')
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]
  return containers.flatMap((container) =>
    [
      ...listAt(container, 'envFrom').map((from) => textAt(from, 'secretRef', 'name')),
      ...listAt(container, 'env').map((variable) =>
        textAt(variable, 'valueFrom', 'secretKeyRef', 'name'),
      ),
    ].filter((name) => name !== undefined),
  )
}
