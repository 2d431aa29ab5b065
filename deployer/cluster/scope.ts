import { DeployError } from '../core/errors.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { kindsDefinedBy } from '../core/prerequisites.ts'
import type { Api } from './api.ts'

/**
 * Puts objects that name no namespace into this one, where their kind has namespaces: what rendering cannot know of
 * custom resources.
 *
 * @throws {DeployError} `ERR_UNKNOWN_KIND` with every object whose kind the cluster does not serve and no definition
 * among the objects brings.
 */
export async function inScope(
  api: Api,
  objects: readonly KubeObject[],
  namespace: string,
): Promise<readonly KubeObject[]> {
  api.define(kindsDefinedBy(objects))
  const problems: string[] = []
  const placed = await Promise.all(
    objects.map(async (object) => {
      const kind = await api.kindOf(object).catch((error: unknown) => {
        if (!(error instanceof DeployError) || error.code !== 'ERR_UNKNOWN_KIND') throw error
        problems.push(`${subjectOf(objectRef(object))}: ${error.message}`)
        return undefined
      })
      const isPlaced = object.metadata.namespace !== undefined || kind?.namespaced !== true
      return isPlaced ? object : { ...object, metadata: { ...object.metadata, namespace } }
    }),
  )
  if (problems.length > 0) {
    throw new DeployError('ERR_UNKNOWN_KIND', problems.join('\n'), {
      hint: 'check apiVersion and kind; for a custom resource, install its definition first',
    })
  }
  return placed
}
