import type { KubeObject } from '../core/object.ts'
import { kindsDefinedBy } from '../core/prerequisites.ts'
import type { Api } from './api.ts'

/**
 * Puts objects that name no namespace into this one, where their kind has namespaces: what rendering cannot know of
 * custom resources.
 *
 * @throws {DeployError} `ERR_UNKNOWN_KIND` for a kind the cluster does not serve and that no definition among the
 * objects brings.
 */
export async function inScope(
  api: Api,
  objects: readonly KubeObject[],
  namespace: string,
): Promise<readonly KubeObject[]> {
  api.define(kindsDefinedBy(objects))
  return Promise.all(
    objects.map(async (object) => {
      if (object.metadata.namespace !== undefined) return object
      const { namespaced } = await api.kindOf(object)
      return namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object
    }),
  )
}
