import { podTemplatePath } from './inputs.ts'
import { at, isFields, listAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** What a pod cannot do without, in its own namespace. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret' | 'ServiceAccount' | 'PersistentVolumeClaim'
  readonly name: string
  /** Of a ConfigMap or Secret, where one key is named. */
  readonly key?: string
}

/** What every namespace gets by itself, a moment after it is made. */
const GIVEN: Readonly<Record<string, string>> = {
  ServiceAccount: 'default',
  ConfigMap: 'kube-root-ca.crt',
}

/**
 * Everything that the pods of an object need beside their images: what is optional is left out, and what each namespace
 * has by itself.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/secret/#restriction-secret-must-exist
 */
export function referencesOf(object: KubeObject): readonly Reference[] {
  const path = podTemplatePath(object)
  if (path === undefined) return []
  const spec = at(object, ...path, 'spec')
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]
  // a StatefulSet puts its own claims in the place of volumes of the same name
  const claimed = listAt(object, 'spec', 'volumeClaimTemplates').map((claim) =>
    textAt(claim, 'metadata', 'name'),
  )
  const volumes = listAt(spec, 'volumes').filter(
    (volume) => !claimed.includes(textAt(volume, 'name')),
  )
  return [
    ...one('ServiceAccount', textAt(spec, 'serviceAccountName')),
    ...listAt(spec, 'imagePullSecrets').flatMap((pull) => one('Secret', textAt(pull, 'name'))),
    ...containers.flatMap((container) => [
      ...listAt(container, 'envFrom').flatMap(ofSource),
      ...listAt(container, 'env').flatMap((variable) => ofSource(at(variable, 'valueFrom'))),
    ]),
    ...volumes.flatMap((volume) => [
      ...one('PersistentVolumeClaim', textAt(volume, 'persistentVolumeClaim', 'claimName')),
      ...ofSource(volume),
      ...listAt(volume, 'projected', 'sources').flatMap(ofSource),
    ]),
  ].filter(({ kind, name }) => GIVEN[kind] !== name)
}

/** The words by which volumes, projections and variables name a ConfigMap or a Secret. */
const SOURCES = {
  configMap: 'ConfigMap',
  configMapRef: 'ConfigMap',
  configMapKeyRef: 'ConfigMap',
  secret: 'Secret',
  secretRef: 'Secret',
  secretKeyRef: 'Secret',
} as const

function ofSource(source: unknown): readonly Reference[] {
  return Object.entries(SOURCES).flatMap(([word, kind]) => {
    const named = at(source, word)
    if (!isFields(named) || named['optional'] === true) return []
    const name = textAt(named, 'name') ?? textAt(named, 'secretName')
    const keys = [named, ...listAt(named, 'items')].flatMap((item) => textAt(item, 'key') ?? [])
    return keys.length === 0 ? one(kind, name) : keys.flatMap((key) => one(kind, name, key))
  })
}

function one(
  kind: Reference['kind'],
  name: string | undefined,
  key?: string,
): readonly Reference[] {
  if (name === undefined || name === '') return []
  return [{ kind, name, ...(key === undefined ? {} : { key }) }]
}

/**
 * What is wrong with a reference, as a part of a sentence.
 *
 * @param found What is, or will be, of this name; undefined if nothing, `removed` if the same deploy takes it away.
 */
export function missing(
  { kind, name, key }: Reference,
  found: KubeObject | 'removed' | undefined,
): string | undefined {
  if (!found) return `${kind} "${name}", which is neither in the manifests nor in the namespace`
  if (found === 'removed') return `${kind} "${name}", which this deploy removes`
  if (key === undefined) return undefined
  const hasKey = ['data', 'binaryData', 'stringData'].some(
    (map) => at(found, map, key) !== undefined,
  )
  return hasKey ? undefined : `key "${key}" of ${kind} "${name}", which does not have it`
}
