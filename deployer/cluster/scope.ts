import { DeployError, isFailure } from '../core/errors.ts'
import type { ResourceKind } from '../core/kinds.ts'
import { identityOf, objectRef, statedNamespace, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { kindsDefinedBy } from '../core/prerequisites.ts'
import { withEncodedData } from '../core/secret-data.ts'
import type { Api } from './api.ts'

/**
 * The objects as the cluster will name and store them: those that name no namespace in this one, those whose kind has
 * none in none. Rendering cannot know that of custom resources.
 *
 * @throws {DeployError} `ERR_UNKNOWN_KIND` with every object whose kind the cluster does not serve and no definition
 * among the objects brings; `ERR_MANIFEST` if two of them are the same object.
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
        if (!isFailure(error, 'ERR_UNKNOWN_KIND')) throw error
        problems.push(`${subjectOf(objectRef(object))}: ${error.message}`)
        return undefined
      })
      return withEncodedData(kind === undefined ? object : place(object, kind, namespace))
    }),
  )
  if (problems.length > 0) {
    throw new DeployError('ERR_UNKNOWN_KIND', problems.join('\n'), {
      hint: 'check apiVersion and kind; for a custom resource, install its definition first',
    })
  }
  refuseSameTwice(placed)
  return placed
}

function place(object: KubeObject, { namespaced }: ResourceKind, namespace: string): KubeObject {
  const { namespace: _, ...metadata } = object.metadata
  const isPlaced = statedNamespace(object) !== undefined
  if (namespaced ? isPlaced : object.metadata.namespace === undefined) return object
  if (namespaced) return { ...object, metadata: { ...metadata, namespace } }
  // the API server passes over the namespace of what has none: to compare it would make two objects of one
  return { ...object, metadata }
}

/** Where both name the namespace or neither does, it was told when the files were read. */
function refuseSameTwice(placed: readonly KubeObject[]): void {
  const groups = [...Map.groupBy(placed, (object) => identityOf(objectRef(object))).values()]
  const twice = groups.flatMap(([first, second]) => (first && second ? [objectRef(first)] : []))
  if (twice.length === 0) return
  throw new DeployError(
    'ERR_MANIFEST',
    twice
      .map((ref) => `${subjectOf(ref)} is written twice, with its namespace and without`)
      .join('\n'),
    { hint: 'keep one' },
  )
}
