import { objectSet, PART_OF_LABEL } from '../deployer/core/ownership.ts'

/**
 * Everything the smoke test makes in a cluster has one of these names. They alone say nothing: whether a run has made what
 * is there, its claim says.
 */

export const PLATFORM_NAMESPACE = 'keyless-platform'
export const WORKER_NAMESPACE = 'keyless-cosmos'
export const READER_NAMESPACE = 'keyless-reader'
export const UPSTREAM_NAMESPACE = 'azure-workload-identity-system'

/** Of the upstream webhook and of the AKS add-on. */
export const UPSTREAM_WEBHOOK = 'azure-wi-webhook-mutating-webhook-configuration'
export const STAND_IN_WEBHOOK = 'keyless-platform-webhook'

export const WORKER_IMAGE = 'localhost/keyless-cosmos/worker:0.1.0'
export const PLATFORM_IMAGE = 'localhost/keyless-cosmos/platform:0.1.0'

/** A namespace per refusal: each holds the same pod with one link broken. */
export const REFUSAL_NAMESPACES = {
  notFederated: 'smoke-not-federated',
  noLabel: 'smoke-no-label',
  noRole: 'smoke-no-role',
} as const

export const OUR_NAMESPACES: readonly string[] = [
  PLATFORM_NAMESPACE,
  WORKER_NAMESPACE,
  READER_NAMESPACE,
  ...Object.values(REFUSAL_NAMESPACES),
]

/** One set of objects that the deployer puts there. */
export interface SmokeSet {
  /** Base name of its environment file: one that nobody gives to a file of their own. */
  readonly name: string
  readonly namespace: string
  /** Folder with its manifests, if they are not the worker's own; part of the name of the set: see `--manifests`. */
  readonly folder?: string
}

/** Everything the deployer puts on a cluster for a run. */
export const SETS = {
  worker: { name: 'smoke-worker', namespace: WORKER_NAMESPACE },
  platform: { name: 'smoke-platform', namespace: PLATFORM_NAMESPACE, folder: 'stand-ins' },
  upstream: { name: 'smoke-upstream', namespace: UPSTREAM_NAMESPACE, folder: 'webhook' },
  notFederated: { name: 'smoke-not-federated', namespace: REFUSAL_NAMESPACES.notFederated },
  noLabel: {
    name: 'smoke-no-label',
    namespace: REFUSAL_NAMESPACES.noLabel,
    folder: 'without-label',
  },
  noRole: { name: 'smoke-no-role', namespace: REFUSAL_NAMESPACES.noRole },
} as const satisfies Readonly<Record<string, SmokeSet>>

/** Selects the members of these sets, whatever their kind, and nothing else that the deployer has put on a cluster. */
export function membersSelector(sets: readonly SmokeSet[] = Object.values(SETS)): string {
  const ids = sets.map(
    ({ name, namespace, folder }) =>
      objectSet(folder === undefined ? name : `${name}-${folder}`, namespace).id,
  )
  return `${PART_OF_LABEL} in (${ids.join(',')})`
}

/** Of the one namespace that is made without the deployer. */
export const READER_LABEL = { name: 'app.kubernetes.io/managed-by', value: 'keyless-cosmos-smoke' }
