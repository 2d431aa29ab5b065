import type { KubeObject } from '../object.ts'
import type { StatusCause } from '../errors.ts'
import type { MapShape } from '../schema/shape.ts'

/** A subresource of a kind; `kind`, `group` and `version` are those of what it takes and gives. */
export interface Subresource {
  readonly name: string
  readonly verbs: readonly string[]
  readonly kind: string
  readonly group?: string
  readonly version?: string
}

/** One kind in one version, as discovery shows it and as the server treats it. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly subresources: readonly Subresource[]
  /** `group/plural` of the store: the same for all versions. */
  readonly collection: string
  readonly shape: () => MapShape
  readonly rules: Rules
  /** For a custom resource: what `kubectl get` prints, and that its fields are checked by its own schema. */
  readonly custom?: CustomResource
}

export interface CustomResource {
  readonly columns: readonly CustomColumn[]
  readonly schema: Readonly<Record<string, unknown>>
}

export interface CustomColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
  readonly jsonPath: string
}

/** What a kind adds to the rules all kinds share. All are pure; `object` may be changed in place. */
export interface Rules {
  /** Fills in what the writer left out. */
  readonly defaults?: (object: KubeObject) => void
  /** Sets what only the server may set when an object is created. */
  readonly prepareCreate?: (object: KubeObject) => void
  /** Keeps what a writer of the main resource may not change. */
  readonly prepareUpdate?: (object: KubeObject, live: KubeObject) => void
  readonly validate?: (object: KubeObject) => readonly StatusCause[]
  readonly validateUpdate?: (object: KubeObject, live: KubeObject) => readonly StatusCause[]
  readonly validateStatus?: (object: KubeObject, live: KubeObject) => readonly StatusCause[]
  /** How the name is checked; `subdomain` unless said otherwise. */
  readonly name?: 'label' | 'subdomain' | 'path' | 'service' | 'free'
  /** Whether `metadata.generation` counts the changes of spec. */
  readonly generation?: boolean
  /** Field paths a client may select by, beside metadata.name and metadata.namespace. */
  readonly fieldSelectors?: Readonly<Record<string, (object: KubeObject) => string>>
  /** Top-level keys that decide generation beside spec, and what a writer of /status may not touch. */
  readonly allowUnconditionalUpdate?: boolean
  readonly allowCreateOnUpdate?: boolean
  /** Conversion from and to the stored version, for kinds that have two. */
  readonly fromStored?: (object: KubeObject) => KubeObject
  readonly toStored?: (object: KubeObject) => KubeObject
}

export function hasSubresource(resource: Resource, name: string): boolean {
  return resource.subresources.some((subresource) => subresource.name === name)
}

export function groupVersion(resource: {
  readonly group: string
  readonly version: string
}): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}
