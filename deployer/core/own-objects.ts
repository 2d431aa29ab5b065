import { placing, stamping } from './belonging.ts'
import { withEdits } from './edit.ts'
import { DeployError } from './errors.ts'
import { checkManifests, templateNote, unlisted } from './manifest-check.ts'
import { objectRef } from './object.ts'
import type { KubeObject } from './object.ts'
import { inApplyOrder } from './order.ts'
import type { ObjectSet } from './ownership.ts'
import { readYaml } from './read-yaml.ts'
import type { SourceValue } from './read-yaml.ts'
import type { SourceFile } from './source-file.ts'

/**
 * Reads the objects of a folder of the user's own, puts them into the set's namespace where they name none, and marks
 * them as the set's. Nothing needs their documents, so that plain YAML is never parsed into any.
 *
 * @returns The objects in the order they are applied.
 * @throws {DeployError} `ERR_MANIFEST` with every problem of every file.
 */
export async function readOwnObjects(
  files: readonly SourceFile[],
  set: ObjectSet,
): Promise<readonly KubeObject[]> {
  const problems: string[] = []
  const values = (await Promise.all(files.map((file) => read(file, problems)))).flat()
  checkManifests(values, problems)
  const placed = values.map(({ value }) => {
    const object = value as KubeObject
    return withEdits(object, placing(object, set.namespace))
  })
  const stamped = placed.map((object) => withEdits(object, stamping(object, placed, set)))
  return inApplyOrder(stamped, objectRef)
}

async function read(file: SourceFile, problems: string[]): Promise<readonly SourceValue[]> {
  try {
    return (await readYaml(file, 'ERR_MANIFEST')).flatMap(unlisted)
  } catch (error) {
    if (!(error instanceof DeployError)) throw error
    problems.push(`${error.message}${templateNote(file.text)}`)
    return []
  }
}
