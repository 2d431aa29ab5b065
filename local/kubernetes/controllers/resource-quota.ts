import { formatQuantity, maxQuantities, parseQuantity } from '../admission/quantity.ts'
import type { Quantities } from '../admission/quantity.ts'
import { quotaResources, quotaUsage } from '../admission/resource-quota.ts'
import { at } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { PATHS, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import { keyOf } from './informer.ts'
import { isFinishedPod } from './workloads.ts'

/** Where the objects are that a quota can count; another `count/…` stays at zero. */
const COUNTED: Readonly<Record<string, string>> = {
  configmaps: PATHS.configMaps,
  cronjobs: PATHS.cronJobs,
  deployments: PATHS.deployments,
  jobs: PATHS.jobs,
  pods: PATHS.pods,
  replicasets: PATHS.replicaSets,
  resourcequotas: PATHS.resourceQuotas,
  secrets: '/api/v1/secrets',
  serviceaccounts: PATHS.serviceAccounts,
  services: '/api/v1/services',
}

/**
 * Keeps `status.hard` and `status.used` of ResourceQuotas. A real kube-apiserver admits nothing against a quota
 * without them; the local one counts by itself.
 */
export function startResourceQuotaController(cluster: Cluster): void {
  const quotas = cluster.informer(PATHS.resourceQuotas)
  const followed = new Set<string>()
  const shrinking = new Set<string>()
  const queue = cluster.queue(async (key) => {
    const quota = quotas.get(key)
    if (quota === undefined) return
    await Promise.all(quotaResources(quota).map(follow))
    await writeUsage(cluster, quota, shrinking.delete(key))
  })
  const follow = async (resource: string) => {
    const path = COUNTED[resource]
    if (path === undefined) return
    const informer = cluster.informer(path)
    await informer.synced
    if (followed.has(resource)) return
    followed.add(resource)
    informer.onChange((object, change) => {
      for (const quota of quotas.list(object.metadata.namespace)) {
        if (change === 'deleted' || isFinishedPod(object)) shrinking.add(keyOf(quota))
        queue.add(keyOf(quota))
      }
    })
  }
  quotas.onChange((quota) => queue.add(keyOf(quota)))
}

/**
 * @param mayShrink Whether something has gone. Otherwise usage only grows: a real API server counts what it admits
 *   at once, before it shows here.
 */
async function writeUsage(cluster: Cluster, quota: KubeObject, mayShrink: boolean): Promise<void> {
  const list = (resource: string, namespace?: string) => {
    const path = COUNTED[resource]
    return path === undefined ? [] : cluster.informer(path).list(namespace)
  }
  const counted = quotaUsage(quota, list)
  const hard = (at(quota, 'spec', 'hard') ?? {}) as Record<string, string>
  const known = parsed(at(quota, 'status', 'used'), counted)
  const used = texts(mayShrink ? counted : maxQuantities(counted, known))
  const status = { hard, used }
  if (sorted(quota.status) === sorted(status)) return
  const path = `${objectPath(PATHS.resourceQuotas, quota)}/status`
  const live = await cluster.client.update(path, { ...quota, status })
  cluster.informer(PATHS.resourceQuotas).put(live)
}

/** Those of the written amounts that the quota still asks for. */
function parsed(used: unknown, asked: Quantities): Quantities {
  const entries = Object.entries((used ?? {}) as Record<string, string>)
  return Object.fromEntries(
    entries
      .filter(([name]) => asked[name] !== undefined)
      .map(([name, text]) => [name, parseQuantity(text)]),
  )
}

function texts(quantities: Quantities): Record<string, string> {
  return Object.fromEntries(
    Object.entries(quantities).map(([name, quantity]) => [name, formatQuantity(quantity)]),
  )
}

function sorted(status: unknown): string {
  const parts = ['hard', 'used'].map((part) => Object.entries(at(status, part) ?? {}))
  return JSON.stringify(parts.map((entries) => entries.toSorted(([a], [b]) => (a < b ? -1 : 1))))
}
