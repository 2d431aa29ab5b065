import { PATHS } from './controller.ts'
import type { Cluster } from './controller.ts'
import { discoverResources } from './discovery.ts'
import type { ApiResource } from './discovery.ts'
import { startInformer } from './informer.ts'
import type { ChangeListener, Informer } from './informer.ts'

const DEFINITIONS = 'customresourcedefinitions'
/** Changed all the time and owned by nothing that matters. */
const NOT_WATCHED = ['events', 'componentstatuses']
const DISCOVER = 'discover'

/** The resources whose objects can own and be owned; the list grows and shrinks with custom resources. */
export interface Collectable {
  /** What is followed now. */
  list(): readonly ApiResource[]
}

/**
 * Follows every resource that can be listed, watched and deleted. When a custom resource is defined or removed,
 * the server is asked again what it has.
 *
 * @param onChange Hears of every object of every resource.
 * @returns Once all objects there are have been told.
 */
export async function followCollectable(
  cluster: Cluster,
  onChange: (resource: ApiResource) => ChangeListener,
): Promise<Collectable> {
  const followed = new Map<string, { resource: ApiResource; stop: AbortController }>()
  const discover = async () => {
    const resources = (await discoverResources(cluster.client)).filter(isCollectable)
    const paths = new Set(resources.map(({ path }) => path))
    for (const [path, { stop }] of followed) {
      if (paths.has(path)) continue
      stop.abort()
      followed.delete(path)
    }
    const added = resources.filter(({ path }) => !followed.has(path))
    await Promise.all(added.map((resource) => follow(resource)))
  }
  const follow = (resource: ApiResource) => {
    const stop = new AbortController()
    followed.set(resource.path, { resource, stop })
    const informer = informerOf(cluster, resource.path, stop.signal)
    informer.onChange(onChange(resource))
    if (resource.name === DEFINITIONS) informer.onChange(() => queue.addAfter(DISCOVER, SETTLE_MS))
    return informer.synced
  }
  const queue = cluster.queue(discover)
  await discover()
  return { list: () => [...followed.values()].map(({ resource }) => resource) }
}

/** A new resource is served a moment after its definition says so. */
const SETTLE_MS = 200

function isCollectable({ name, verbs }: ApiResource): boolean {
  return (
    !NOT_WATCHED.includes(name) && ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb))
  )
}

/** What another controller reads as well is shared; the rest can be stopped by itself. */
function informerOf(cluster: Cluster, path: string, signal: AbortSignal): Informer {
  if (Object.values<string>(PATHS).includes(path)) return cluster.informer(path)
  const { client, onError } = cluster
  return startInformer(client, path, { onError, signal: AbortSignal.any([signal, cluster.signal]) })
}
