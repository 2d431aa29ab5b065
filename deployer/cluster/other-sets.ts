import { isFailure } from '../core/errors.ts'
import {
  FIELD_MANAGER,
  INVENTORY_PREFIX,
  MANAGED_BY_LABEL,
  SET_ID_LABEL,
} from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'

/** A set as its inventory names it. */
export interface DeployedSet {
  /** The environment's name, then a dash and the folder's if it was deployed with `--manifests`. */
  readonly name: string
  readonly namespace: string
}

/** The sets whose ids these are, wherever we may look for their inventories. It explains a refusal, so that it refuses nothing. */
export async function setsOfIds(
  api: Api,
  ids: readonly string[],
  { namespace }: ObjectSet,
): Promise<readonly DeployedSet[]> {
  const selector = `${SET_ID_LABEL} in (${ids.join(',')})`
  return (await inventories(api, selector)) ?? (await inventories(api, selector, namespace)) ?? []
}

/** The sets of one environment in the set's namespace, whatever folder they were deployed from; not the set itself. */
export async function setsBeside(
  api: Api,
  set: ObjectSet,
  environment: string,
): Promise<readonly DeployedSet[]> {
  const found = (await inventories(api, SET_ID_LABEL, set.namespace)) ?? []
  return found.filter(
    ({ name }) => name !== set.name && (name === environment || name.startsWith(`${environment}-`)),
  )
}

/** @returns undefined if they may not be listed there. */
async function inventories(
  api: Api,
  selector: string,
  namespace?: string,
): Promise<readonly DeployedSet[] | undefined> {
  const kind = await api.kindOf({ apiVersion: 'v1', kind: 'ConfigMap' })
  const options = { labelSelector: `${MANAGED_BY_LABEL}=${FIELD_MANAGER},${selector}` }
  try {
    const { items } = await api.list(kind, {
      ...options,
      ...(namespace === undefined ? {} : { namespace }),
    })
    return items.flatMap(({ metadata }) =>
      metadata.name.startsWith(INVENTORY_PREFIX)
        ? [
            {
              name: metadata.name.slice(INVENTORY_PREFIX.length),
              namespace: metadata.namespace ?? '',
            },
          ]
        : [],
    )
  } catch (error) {
    if (isFailure(error, 'ERR_FORBIDDEN', 'ERR_NOT_FOUND')) return undefined
    throw error
  }
}
