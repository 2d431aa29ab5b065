import type { AdmissionSettings } from '../admission/context.ts'
import type { KubeObject } from '../object.ts'
import type { Registry } from '../resources/registry.ts'
import type { Store } from '../store/store.ts'
import type { TokenIssuer } from '../tokens.ts'
import type { User } from './user.ts'

/** What every handler works on. */
export interface Api {
  readonly store: Store
  readonly registry: Registry
  readonly tokens: TokenIssuer
  readonly admission: () => AdmissionSettings
  /** PEM root that signed the nodes' endpoints as well. */
  readonly certificateAuthority: string
  readonly users: readonly (User & { readonly token: string })[]
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** The time as an object's metadata has it: RFC 3339, whole seconds. */
export function timestamp(api: Api): string {
  return `${new Date(api.now()).toISOString().slice(0, 19)}Z`
}

/** An object by the plural name of its kind, as admission and subresources look things up. */
export function lookup(
  api: Api,
  plural: string,
  namespace: string,
  name: string,
): KubeObject | undefined {
  const resource = api.registry.byPlural(plural)
  if (!resource) return undefined
  const place = { collection: resource.collection, name }
  return api.store.get({ ...place, namespace: resource.namespaced ? namespace : undefined })
}
