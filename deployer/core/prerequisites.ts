import { groupOf, isFields, listAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import type { ResourceKind } from './kinds.ts'

/**
 * Why a new object cannot be tried in a dry run yet: what it needs is only made by the same deploy.
 *
 * @param upcoming Objects that this deploy creates.
 */
export function missingBefore(
  object: KubeObject,
  upcoming: readonly KubeObject[],
): string | undefined {
  const { namespace } = object.metadata
  const isNamespace = ({ kind, metadata }: KubeObject) =>
    kind === 'Namespace' && metadata.name === namespace
  if (namespace !== undefined && upcoming.some(isNamespace)) return `namespace "${namespace}"`
  const isItsKind = ({ apiVersion, kind }: ResourceKind) =>
    apiVersion === object.apiVersion && kind === object.kind
  return kindsDefinedBy(upcoming).some(isItsKind) ? `the definition of ${object.kind}` : undefined
}

/**
 * Whether a refused dry run only misses what the same deploy creates before the object: a pod's service account, a
 * binding's role, a priority class.
 */
export function missesUpcoming(
  message: string,
  upcoming: readonly KubeObject[],
): string | undefined {
  if (!/not found|was found/.test(message)) return undefined
  const missed = upcoming.find(({ metadata }) => namesIt(message, metadata.name))
  return missed === undefined ? undefined : `${missed.kind} "${missed.metadata.name}"`
}

/** As the server quotes it: `serviceaccount "x" not found`, `service account ns/x: …`, `with name x was found`. */
function namesIt(message: string, name: string): boolean {
  return [`"${name}"`, `/${name}:`, `name ${name} `].some((text) => message.includes(text))
}

/** The kinds that CustomResourceDefinitions among the objects bring, one per served version. */
export function kindsDefinedBy(objects: readonly KubeObject[]): readonly ResourceKind[] {
  return objects.filter(isDefinition).flatMap(({ spec }) => {
    const [group, scope] = [textAt(spec, 'group'), textAt(spec, 'scope')]
    const [kind, resource] = [textAt(spec, 'names', 'kind'), textAt(spec, 'names', 'plural')]
    if (group === undefined || kind === undefined || resource === undefined) return []
    return listAt(spec, 'versions')
      .filter((version) => isFields(version) && version['served'] === true)
      .map((version) => ({
        apiVersion: `${group}/${textAt(version, 'name')}`,
        kind,
        resource,
        namespaced: scope === 'Namespaced',
      }))
  })
}

/** Whether an object is a CustomResourceDefinition. */
export function isDefinition({ kind, apiVersion }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io'
}
