import type { KubeObject, OwnerReference } from '../object.ts'

/** The owner that manages the object, if any. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)
}

/** The reference that makes `owner` the controller of an object. */
export function controllerReference({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  const { name = '', uid = '' } = metadata
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid
}

/** An event of a dependent wakes its owner: the key of the owner if it is of `kind`. */
export function controllerKey(object: KubeObject, kind: string): string | undefined {
  const owner = controllerOf(object)
  return owner?.kind === kind ? `${object.metadata.namespace}/${owner.name}` : undefined
}
