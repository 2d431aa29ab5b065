import type { Document } from 'yaml'
import { DeployError } from './errors.ts'
import { identityOf, isFields, objectRef, subjectOf } from './object.ts'
import type { KubeObject } from './object.ts'
import { parseYaml } from './yaml.ts'
import type { SourceFile } from './yaml.ts'

/** One object as written: its YAML document, comments included. */
export interface Manifest {
  readonly document: Document
  /** `file:line` */
  readonly place: string
}

/**
 * Reads the manifests of a folder; a file may hold several documents.
 *
 * @throws {DeployError} `ERR_MANIFEST` with every problem of every file: bad YAML, a document that is no Kubernetes
 * object, one object written twice, nothing at all.
 */
export function parseManifests(files: readonly SourceFile[]): readonly Manifest[] {
  const problems: string[] = []
  const manifests = files.flatMap((file) => readFile(file, problems))
  problems.push(...manifests.flatMap(shapeProblems), ...duplicates(manifests))
  if (problems.length > 0) throw new DeployError('ERR_MANIFEST', problems.join('\n'))
  if (manifests.length === 0) {
    throw new DeployError('ERR_MANIFEST', 'the manifests hold no Kubernetes object', {
      hint: 'name a folder with .yaml files: --manifests DIR; to remove what is deployed: destroy',
    })
  }
  return manifests
}

/** The object of a manifest as plain JSON. */
export function objectOf(manifest: Manifest): KubeObject {
  return manifest.document.toJS() as KubeObject
}

function readFile(file: SourceFile, problems: string[]): readonly Manifest[] {
  try {
    return parseYaml(file, 'ERR_MANIFEST')
  } catch (error) {
    if (!(error instanceof DeployError)) throw error
    problems.push(error.message)
    return []
  }
}

function shapeProblems({ document, place }: Manifest): readonly string[] {
  const value: unknown = document.toJS()
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

function duplicates(manifests: readonly Manifest[]): readonly string[] {
  const placesByIdentity = new Map<string, Manifest[]>()
  for (const manifest of manifests.filter((one) => shapeProblems(one).length === 0)) {
    const identity = identityOf(objectRef(objectOf(manifest)))
    placesByIdentity.set(identity, [...(placesByIdentity.get(identity) ?? []), manifest])
  }
  return [...placesByIdentity.values()]
    .filter((same) => same.length > 1)
    .map((same) => {
      const subject = same[0] ? subjectOf(objectRef(objectOf(same[0]))) : ''
      return `${subject} is written ${same.length} times: ${same.map(({ place }) => place).join(', ')}; keep one`
    })
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
