import type { Store } from '../store/store.ts'
import { BUILTIN_RESOURCES } from './builtin.ts'
import { CRD_COLLECTION, customResources } from './custom.ts'
import type { Resource } from './resource.ts'

/** All kinds that are served now: the built-in ones and those of established CustomResourceDefinitions. */
export interface Registry {
  all(): readonly Resource[]
  find(group: string, version: string, plural: string): Resource | undefined
  /** By plural name alone, as admission and RBAC lookups name resources; core and built-in groups first. */
  byPlural(plural: string): Resource | undefined
}

export function createRegistry(store: Store): Registry {
  let revision = -1
  let custom: readonly Resource[] = []
  store.subscribe(CRD_COLLECTION, () => {
    revision = -1
  })
  const all = (): readonly Resource[] => {
    if (revision === -1) {
      custom = store.list(CRD_COLLECTION).flatMap(customResources)
      revision = store.revision()
    }
    return custom.length === 0 ? BUILTIN_RESOURCES : [...BUILTIN_RESOURCES, ...custom]
  }
  return {
    all,
    find: (group, version, plural) =>
      all().find((one) => one.plural === plural && one.version === version && one.group === group),
    byPlural: (plural) => all().find((one) => one.plural === plural),
  }
}
