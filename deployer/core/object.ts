/** A JSON object whose shape is the API server's business. */
export type Fields = { readonly [key: string]: unknown }

/** A Kubernetes object as raw JSON: rendered (what we ask for) or live (what the API server holds). */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [key: string]: unknown
}

export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly finalizers?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly managedFields?: readonly ManagedFieldsEntry[]
  readonly [key: string]: unknown
}

/** One writer's share of an object, as server-side apply tracks it. */
export interface ManagedFieldsEntry {
  readonly manager?: string
  readonly operation?: string
  readonly apiVersion?: string
  readonly subresource?: string
  readonly fieldsType?: string
  readonly fieldsV1?: Fields
}

/** Which object: enough to find it on a cluster. `namespace` is absent for a cluster-scoped one. */
export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** Where an object is. */
export function objectRef(object: KubeObject): ObjectRef {
  const namespace = statedNamespace(object)
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...(namespace === undefined ? {} : { namespace }),
  }
}

/** The namespace an object names; null and the empty text, which templates leave behind, name none. */
export function statedNamespace({ metadata }: KubeObject): string | undefined {
  const stated: unknown = metadata.namespace
  return typeof stated === 'string' && stated !== '' ? stated : undefined
}

/** `Kind/namespace/name` as it is printed everywhere; without the namespace for a cluster-scoped object. */
export function subjectOf(ref: ObjectRef): string {
  return [ref.kind, ref.namespace, ref.name].filter((part) => part !== undefined).join('/')
}

/** Identity of an object across versions of its API: `group/Kind/namespace/name`. */
export function identityOf(ref: ObjectRef): string {
  return [groupOf(ref.apiVersion), ref.kind, ref.namespace ?? '', ref.name].join('/')
}

/** API group of an `apiVersion`; the core group is the empty string. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}

/** Whether `value` is a JSON object: neither null nor a list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at `path`, or undefined where the way ends. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((current, step) => {
    if (Array.isArray(current) && typeof step === 'number') return current[step] as unknown
    return isFields(current) ? current[step] : undefined
  }, value)
}

/** The list at `path`, or an empty one. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** The string at `path`, or undefined. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

/** The number at `path`, or undefined. */
export function numberAt(
  value: unknown,
  ...path: readonly (string | number)[]
): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

/** An object to be applied that the API server refuses unless it meets exactly this version of the live one. */
export function onlyOver({ metadata }: KubeObject, desired: KubeObject): KubeObject {
  const { uid, resourceVersion } = metadata
  return { ...desired, metadata: { ...desired.metadata, uid, resourceVersion } } as KubeObject
}
