import { DeployError } from './errors.ts'
import { identityOf, isFields, objectRef, subjectOf } from './object.ts'
import type { KubeObject } from './object.ts'
import type { SourceValue } from './read-yaml.ts'

/**
 * Checks that every document is a Kubernetes object, and each is written once.
 *
 * @param problems Those found when the files were read.
 * @throws {DeployError} `ERR_MANIFEST` with every problem of every file; or if there is nothing at all.
 */
export function checkManifests(values: readonly SourceValue[], problems: readonly string[]): void {
  const misshapen = new Set(values.filter((one) => shapeProblems(one).length > 0))
  const all = [
    ...problems,
    ...[...misshapen].flatMap(shapeProblems),
    ...duplicates(values.filter((one) => !misshapen.has(one))),
  ]
  if (all.length > 0) throw new DeployError('ERR_MANIFEST', all.join('\n'))
  if (values.length === 0) {
    throw new DeployError('ERR_MANIFEST', 'the manifests hold no Kubernetes object', {
      hint: 'name a folder with .yaml files: --manifests DIR; to remove what is deployed: destroy',
    })
  }
}

function shapeProblems({ value, place }: SourceValue): readonly string[] {
  if (!isFields(value)) return [`${place}: expected a Kubernetes object, got ${typeOf(value)}`]
  if (typeof value['kind'] === 'string' && value['kind'].endsWith('List')) {
    return [
      `${place}: a ${value['kind']} is not accepted: write its items as documents of their own`,
    ]
  }
  const metadata = isFields(value['metadata']) ? value['metadata'] : {}
  const missing = [
    ...['apiVersion', 'kind'].filter((key) => !isName(value[key])),
    ...(isName(metadata['name']) ? [] : ['metadata.name']),
  ]
  return missing.length === 0
    ? []
    : [`${place}: not a Kubernetes object: ${missing.join(' and ')} missing`]
}

function duplicates(values: readonly SourceValue[]): readonly string[] {
  const byIdentity = Map.groupBy(values, (one) => identityOf(refOf(one)))
  return [...byIdentity.values()].flatMap((same) => {
    const [first] = same
    if (!first || same.length === 1) return []
    const places = same.map(({ place }) => place).join(', ')
    return [`${subjectOf(refOf(first))} is written ${same.length} times: ${places}; keep one`]
  })
}

function refOf({ value }: SourceValue) {
  return objectRef(value as KubeObject)
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
