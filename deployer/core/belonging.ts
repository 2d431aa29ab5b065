import type { Edit } from './edit.ts'
import { INPUTS_ANNOTATION, inputsOf, podTemplatePath } from './inputs.ts'
import { BUILT_IN_KINDS, findKind } from './kinds.ts'
import { at, isFields, statedNamespace } from './object.ts'
import type { KubeObject } from './object.ts'
import { FIELD_MANAGER, MANAGED_BY_LABEL, PART_OF_LABEL } from './ownership.ts'
import type { ObjectSet } from './ownership.ts'

/**
 * Puts what names no namespace into this one, as `kubectl --namespace` does; kinds that are not built in are left as
 * they are until the cluster has told their scope.
 */
export function placing(object: KubeObject, namespace: string): readonly Edit[] {
  const isNamespaced = findKind(BUILT_IN_KINDS, object)?.namespaced === true
  return isNamespaced && statedNamespace(object) === undefined
    ? [{ path: ['metadata', 'namespace'], value: namespace }]
    : []
}

/**
 * Marks an object as a member of the set, and a pod with a digest of what it reads only at its start.
 *
 * @param together All objects that are deployed with it.
 */
export function stamping(
  object: KubeObject,
  together: readonly KubeObject[],
  set: ObjectSet,
): readonly Edit[] {
  const template = podTemplatePath(object)
  const digest = template && inputsOf(object, together)
  return [
    ...defaultLabels(object),
    { path: ['metadata', 'labels', MANAGED_BY_LABEL], value: FIELD_MANAGER },
    { path: ['metadata', 'labels', PART_OF_LABEL], value: set.id },
    ...(template && digest !== undefined
      ? [{ path: [...template, 'metadata', 'annotations', INPUTS_ANNOTATION], value: digest }]
      : []),
  ]
}

/** Kinds that take over the labels of their pods, but only if they have none: ours would keep them from it. */
const LABELLED_LIKE_PODS = ['v1/ReplicationController', 'batch/v1/Job']

/**
 * The labels that the API server would give an object without any.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/v1/defaults.go
 */
function defaultLabels(object: KubeObject): readonly Edit[] {
  const { apiVersion, kind, metadata } = object
  const labels = at(object, 'spec', 'template', 'metadata', 'labels')
  const isLike = LABELLED_LIKE_PODS.includes(`${apiVersion}/${kind}`)
  return isLike && isFields(labels) && Object.keys(metadata.labels ?? {}).length === 0
    ? [{ path: ['metadata', 'labels'], value: labels }]
    : []
}
