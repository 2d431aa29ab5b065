import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Document } from 'yaml'

/** One Kubernetes object as written: its values are set by path, so that no value can become structure. */
export interface ManifestFile {
  /** Name of the file it came from. */
  readonly file: string
  readonly kind: string
  readonly name: string
  readonly document: Document
}

/** Reads the YAML files of a folder, or one file, whatever it is called; comments stay. */
export async function readManifests(path: string): Promise<readonly ManifestFile[]> {
  if ((await stat(path)).isFile())
    return parseManifests(basename(path), await readFile(path, 'utf8'))
  const files = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).toSorted()
  const parsed = await Promise.all(
    files.map(async (file) => parseManifests(file, await readFile(join(path, file), 'utf8'))),
  )
  return parsed.flat()
}

/** Writes objects to a folder that then holds nothing else, for the deployer's `--manifests`. */
export async function writeManifests(
  folder: string,
  manifests: readonly ManifestFile[],
): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const [index, { document }] of manifests.entries()) {
    const file = `${String(index).padStart(3, '0')}.yaml`
    await writeFile(join(folder, file), document.toString({ lineWidth: 0 }), { mode: 0o600 })
  }
}

/** @throws {TypeError} if it is not there: the project's own manifests are known to have it. */
export function manifestOf(
  manifests: readonly ManifestFile[],
  kind: string,
  name: string,
): ManifestFile {
  const found = manifests.find((one) => one.kind === kind && one.name === name)
  if (!found) throw new TypeError(`the manifests hold no ${kind}/${name}`)
  return found
}

/** The objects of a YAML stream. */
export function parseManifests(file: string, text: string): readonly ManifestFile[] {
  const documents = parseAllDocuments(text) as readonly Document[]
  return documents.flatMap((document) => {
    const [problem] = document.errors
    if (problem) throw new Error(`${file}: ${problem.message}`)
    const kind = document.get('kind')
    const name = document.getIn(['metadata', 'name'])
    return typeof kind === 'string' && typeof name === 'string'
      ? [{ file, kind, name, document }]
      : []
  })
}
