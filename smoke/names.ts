/** Everything the smoke test makes in a cluster has one of these names, so that a later run can find and remove it. */

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

/** Bears the mark of the deployer: everything it has put on a cluster. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by=keyless-cosmos'
