import { Document, isSeq } from 'yaml'
import { DeployError } from './errors.ts'
import { checkManifests, isList, templateNote } from './manifest-check.ts'
import type { KubeObject } from './object.ts'
import type { SourceFile } from './source-file.ts'
import { parseYaml } from './yaml.ts'

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
  checkManifests(
    manifests.map(({ document, place }) => ({ value: document.toJS() as unknown, place })),
    problems,
  )
  return manifests
}

/** The object of a manifest as plain JSON. */
export function objectOf(manifest: Manifest): KubeObject {
  return manifest.document.toJS() as KubeObject
}

function readFile(file: SourceFile, problems: string[]): readonly Manifest[] {
  try {
    return parseYaml(file, 'ERR_MANIFEST').flatMap(unlisted)
  } catch (error) {
    if (!(error instanceof DeployError)) throw error
    problems.push(`${error.message}${templateNote(file.text)}`)
    return []
  }
}

/** Each item of a `kind: List` as a document of its own. */
function unlisted(manifest: Manifest): readonly Manifest[] {
  const { document, place } = manifest
  if (!isList(document.toJS())) return [manifest]
  const items = document.get('items', true)
  return (isSeq(items) ? items.items : []).flatMap((item, index) => {
    const own = new Document()
    own.contents = item as Document['contents']
    return unlisted({ document: own, place: `${place}, items[${index}]` })
  })
}
