import { createHash } from 'node:crypto'
import { at, isFields, listAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** A digest of what a pod reads only when it starts; when it changes, the pod must start again. */
export const INPUTS_ANNOTATION = 'keyless-cosmos/inputs'

const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
}

/** Where an object's pod template is; `[]` for a pod itself, undefined for what runs no pods. */
export function podTemplatePath(object: KubeObject): readonly string[] | undefined {
  return TEMPLATE_PATHS[object.kind]
}

/**
 * Digest of the config maps a pod names and of its service account's annotations (the workload-identity webhook reads
 * them when the pod is created), as far as they are deployed together with it. Secrets are left out on purpose: a
 * digest of a short secret gives it away.
 *
 * @returns undefined if the pod names none of them.
 */
export function inputsOf(object: KubeObject, together: readonly KubeObject[]): string | undefined {
  const template = at(object, ...(podTemplatePath(object) ?? []))
  const spec = at(template, 'spec')
  const namespace = object.metadata.namespace
  const named = [
    ...[...configMapNames(spec)].toSorted().map((name) => ({ kind: 'ConfigMap', name })),
    { kind: 'ServiceAccount', name: textAt(spec, 'serviceAccountName') ?? 'default' },
  ]
  const found = named.flatMap(({ kind, name }) =>
    together.filter(
      (other) =>
        other.kind === kind &&
        other.metadata.name === name &&
        other.metadata.namespace === namespace,
    ),
  )
  if (found.length === 0) return undefined
  const content = found.map(({ kind, metadata, ...rest }) => [
    kind,
    metadata.name,
    kind === 'ServiceAccount' ? metadata.annotations : [rest['data'], rest['binaryData']],
  ])
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
}

function configMapNames(spec: unknown): ReadonlySet<string> {
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]
  const references = [
    ...containers
      .flatMap((container) => listAt(container, 'envFrom'))
      .map((from) => at(from, 'configMapRef')),
    ...containers
      .flatMap((container) => listAt(container, 'env'))
      .map((variable) => at(variable, 'valueFrom', 'configMapKeyRef')),
    ...listAt(spec, 'volumes').map((volume) => at(volume, 'configMap')),
    ...listAt(spec, 'volumes')
      .flatMap((volume) => listAt(volume, 'projected', 'sources'))
      .map((source) => at(source, 'configMap')),
  ]
  return new Set(
    references.filter(isFields).flatMap((reference) => textAt(reference, 'name') ?? []),
  )
}
