import type { Environment } from '../core/environment.ts'
import { DeployError, isFailure } from '../core/errors.ts'
import { findKind, isKubernetesKind } from '../core/kinds.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { kindsDefinedBy } from '../core/prerequisites.ts'
import type { Api } from './api.ts'
import { isUnserved } from './api-error.ts'

/**
 * What is to be said instead of an error that comes of kinds the cluster does not serve: every object of such a kind,
 * and on the local platform, which serves only what the worker needs, where they are served. Any other error as it is.
 *
 * Asks for everything that is served, which is some forty requests, so only where it helps.
 */
export async function explainUnserved(
  error: unknown,
  api: Api,
  objects: readonly KubeObject[],
  { target }: Pick<Environment, 'target'>,
): Promise<unknown> {
  const isRefused = isFailure(error, 'ERR_NOT_FOUND') && isUnserved(error.message)
  const isUnknown = isFailure(error, 'ERR_UNKNOWN_KIND')
  if (!isRefused && !(isUnknown && target === 'local')) return error
  const { kinds, silent } = await api.servedKinds()
  const known = [...kinds, ...kindsDefinedBy(objects)]
  const unserved = objects.filter(
    (object) => !findKind(known, object) && !silent.includes(object.apiVersion),
  )
  const isElsewhere = target === 'local' && unserved.length > 0 && unserved.every(isKubernetesKind)
  if (unserved.length === 0 || (isUnknown && !isElsewhere)) return error
  const hint = isElsewhere
    ? 'the local platform serves only what the worker needs; a cluster of target kind or aks serves these: leave them out here, or deploy there'
    : 'check apiVersion and kind; for a custom resource, install its definition first'
  const lines = unserved.map(
    (object) =>
      `${subjectOf(objectRef(object))}: the cluster serves no kind ${object.kind} in ${object.apiVersion}`,
  )
  return new DeployError('ERR_UNKNOWN_KIND', lines.join('\n'), { hint, cause: error })
}
