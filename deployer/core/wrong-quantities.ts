import { at, isFields, listAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** Of a whole object the API server says this, and neither where it stands nor what it read. */
const REFUSALS =
  /quantities must match the regular expression|unable to parse quantity's suffix|unable to parse numeric part of quantity/

/** Whether a refusal is that a text is no quantity. */
export function isWrongQuantity(message: string): boolean {
  return REFUSALS.test(message)
}

export const QUANTITY_HINT =
  'write a quantity as Kubernetes knows it: M is 1000² bytes and Mi is 1024², there is no MB, Mb or MiB; processors are 0.5 or 500m'

/** Maps of quantities by resource: of containers, claims, volumes, quotas, limit ranges and runtime classes. */
const MAPS = [
  'requests',
  'limits',
  'hard',
  'capacity',
  'overhead',
  'podFixed',
  'default',
  'defaultRequest',
  'max',
  'min',
  'maxLimitRequestRatio',
]
const SINGLE = ['sizeLimit', 'divisor', 'averageValue']

/** A sign, digits with at most one point, and one of the endings that there are. */
const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/

/**
 * The quantities of an object that are none.
 *
 * @returns `.spec.containers[0].resources.limits.memory "512MB"`
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function wrongQuantities(object: KubeObject): readonly string[] {
  return quantitiesBelow(at(object, 'spec'), '.spec')
    .filter(({ value }) => typeof value === 'string' && !QUANTITY.test(value))
    .map(({ path, value }) => `${path} ${JSON.stringify(value)}`)
}

interface Found {
  readonly path: string
  readonly value: unknown
}

function quantitiesBelow(value: unknown, path: string): readonly Found[] {
  if (Array.isArray(value)) {
    return listAt({ value }, 'value').flatMap((item, index) =>
      quantitiesBelow(item, `${path}[${index}]`),
    )
  }
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const below = `${path}.${key}`
    if (SINGLE.includes(key)) return [{ path: below, value: child }]
    // the target of a metric; elsewhere a value is any text
    if (key === 'target' && isFields(child)) {
      return ['value', 'averageValue'].map((one) => ({
        path: `${below}.${one}`,
        value: child[one],
      }))
    }
    if (!MAPS.includes(key) || !isFields(child)) return quantitiesBelow(child, below)
    return Object.entries(child).map(([resource, one]) => ({
      path: `${below}.${resource}`,
      value: one,
    }))
  })
}
