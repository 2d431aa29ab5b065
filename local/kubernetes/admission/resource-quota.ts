import { notImplemented } from '../errors.ts'
import { at, listAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { refuse } from './context.ts'
import type { AdmissionContext } from './context.ts'
import { podSpec } from './pod-spec.ts'
import type { Container } from './pod-spec.ts'
import { containerUsage, isBestEffort, podUsage } from './pod-usage.ts'
import { ZERO, addQuantities, count, describeQuantities, parseQuantity } from './quantity.ts'
import type { Quantities } from './quantity.ts'

/** Kinds that a quota may also name without `count/`. */
const PLAIN_NAMES = [
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]
/** A quota on one of these obliges every container to state it. */
const OBLIGING = ['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`])
const SCOPES: Readonly<Record<string, (pod: KubeObject) => boolean>> = {
  Terminating: (pod) => podSpec(pod).activeDeadlineSeconds !== undefined,
  NotTerminating: (pod) => podSpec(pod).activeDeadlineSeconds === undefined,
  BestEffort: (pod) => isBestEffort(podSpec(pod)),
  NotBestEffort: (pod) => !isBestEffort(podSpec(pod)),
}

/**
 * Nothing is created beyond a ResourceQuota of its namespace.
 *
 * Simpler than the cloud: usage is counted from the live objects at each request, where kube-apiserver reads and
 * writes `status.used` and a controller corrects it; so a deletion frees its share at once.
 *
 * @throws {StatusError} 403 `exceeded quota: NAME, requested: pods=1, used: pods=1, limited: pods=1`, or
 *   `failed quota: NAME: must specify cpu for: CONTAINER`.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go
 */
export function admitResourceQuota(context: AdmissionContext): void {
  const { resource, operation, namespace } = context
  if (resource === 'resourcequotas') requireSupported(context.object)
  if (operation !== 'CREATE' || namespace === undefined || namespace === '') return
  const quotas = context.list('resourcequotas', namespace)
  for (const quota of quotas.toSorted(byName)) checkQuota(context, quota)
}

/** How much of each resource that `quota` limits is in use; also what its status shows. */
export function quotaUsage(quota: KubeObject, list: AdmissionContext['list']): Quantities {
  const namespace = quota.metadata.namespace ?? ''
  const usage = Object.keys(hardOf(quota)).map((name): Quantities => {
    const objects = list(resourceOf(name), namespace)
    const uses = isPodResource(name)
      ? objects.filter((pod) => matches(quota, pod)).map((pod) => podUsage(pod)[name] ?? ZERO)
      : objects.map(() => count(1))
    const none: Quantities = { [name]: ZERO }
    return uses.reduce((sum, use) => addQuantities(sum, { [name]: use }), none)
  })
  return Object.assign({}, ...usage) as Quantities
}

/** The plurals of the objects a quota looks at. */
export function quotaResources(quota: KubeObject): string[] {
  return [...new Set(Object.keys(hardOf(quota)).map(resourceOf))]
}

function checkQuota(context: AdmissionContext, quota: KubeObject): void {
  const isPod = context.resource === 'pods'
  if (isPod && !matches(quota, context.object)) return
  const hard = hardOf(quota)
  if (isPod) requireStated(context, quota, hard)
  const requested = mask(usageOf(context.resource, context.group ?? '', context.object), hard)
  if (Object.keys(requested).length === 0) return

  const used = quotaUsage(quota, context.list)
  const total = addQuantities(used, requested)
  const exceeded = Object.keys(requested).filter(
    (name) => (total[name] ?? ZERO).milli > (hard[name] ?? ZERO).milli,
  )
  if (exceeded.length === 0) return
  const only = (quantities: Quantities) =>
    describeQuantities(Object.fromEntries(exceeded.map((name) => [name, quantities[name] ?? ZERO])))
  throw refuse(
    context,
    `exceeded quota: ${quota.metadata.name}, requested: ${only(requested)}, used: ${only(used)}, limited: ${only(hard)}`,
  )
}

function requireStated(context: AdmissionContext, quota: KubeObject, hard: Quantities): void {
  const spec = podSpec(context.object)
  if (spec.resources !== undefined) return
  const containers: Container[] = [...spec.containers, ...(spec.initContainers ?? [])]
  const missing = OBLIGING.filter((name) => hard[name] !== undefined)
    .toSorted()
    .flatMap((name) => {
      const silent = containers.filter((container) => containerUsage(container)[name] === undefined)
      const names = silent.map((container) => container.name).toSorted()
      return names.length === 0 ? [] : [`${name} for: ${names.join(',')}`]
    })
  if (missing.length === 0) return
  const reason = `must specify ${missing.join('; ')}`
  throw refuse(context, `failed quota: ${quota.metadata.name}: ${reason}`)
}

function usageOf(resource: string, group: string, object: KubeObject): Quantities {
  if (resource === 'pods') return podUsage(object)
  const counted = { [`count/${group === '' ? resource : `${resource}.${group}`}`]: count(1) }
  return group === '' && PLAIN_NAMES.includes(resource)
    ? { ...counted, [resource]: count(1) }
    : counted
}

/** `count/deployments.apps` → `deployments`; everything that is no object count is measured on pods. */
function resourceOf(name: string): string {
  if (name.startsWith('count/')) return name.slice('count/'.length).replace(/\..*/, '')
  return PLAIN_NAMES.includes(name) ? name : 'pods'
}

function isPodResource(name: string): boolean {
  return resourceOf(name) === 'pods'
}

function matches(quota: KubeObject, pod: KubeObject): boolean {
  return scopesOf(quota).every((scope) => SCOPES[scope]?.(pod))
}

function scopesOf(quota: KubeObject): string[] {
  return listAt(quota, 'spec', 'scopes').map(String)
}

function hardOf(quota: KubeObject): Quantities {
  const hard = (at(quota, 'spec', 'hard') ?? {}) as Record<string, string | number>
  return Object.fromEntries(
    Object.entries(hard).map(([name, value]) => [name, parseQuantity(value)]),
  )
}

function mask(quantities: Quantities, by: Quantities): Quantities {
  return Object.fromEntries(Object.entries(quantities).filter(([name]) => by[name] !== undefined))
}

function requireSupported(quota: KubeObject): void {
  const unknown = scopesOf(quota).find((scope) => SCOPES[scope] === undefined)
  if (unknown !== undefined) throw notImplemented(`scope ${unknown} of a ResourceQuota`)
}

function byName(a: KubeObject, b: KubeObject): number {
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}
