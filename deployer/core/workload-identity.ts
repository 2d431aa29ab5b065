import { at, isFields, listAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import { failed } from './readiness-result.ts'
import type { Failure } from './readiness-result.ts'

const USE_LABEL = 'azure.workload.identity/use'
const TOKEN_VARIABLE = 'AZURE_FEDERATED_TOKEN_FILE'
const AUDIENCE = 'api://AzureADTokenExchange'
/** A pod that does its work without the token is ready before this is over, and then it is no failure. */
const IDENTITY_GRACE_MS = 3_000

/**
 * A pod that asks for a workload identity and was admitted without one: the webhook did not answer, and its failure
 * policy let the pod pass. Nothing adds the token later, so the pod must be made again.
 *
 * @see https://azure.github.io/azure-workload-identity/docs/installation/mutating-admission-webhook.html
 */
export function identityFailure(pod: KubeObject): Failure | undefined {
  if (pod.metadata.labels?.[USE_LABEL] !== 'true' || !isFields(pod['spec']) || hasToken(pod)) {
    return undefined
  }
  const reason = `the label ${USE_LABEL} is set, but the pod was admitted without token and AZURE_* variables`
  return failed(
    'identity',
    `${reason}: the workload-identity webhook did not see it`,
    IDENTITY_GRACE_MS,
  )
}

function hasToken(pod: KubeObject): boolean {
  const containers = [
    ...listAt(pod, 'spec', 'containers'),
    ...listAt(pod, 'spec', 'initContainers'),
  ]
  return (
    listAt(pod, 'spec', 'volumes').some(isTokenVolume) ||
    containers.some((one) => listAt(one, 'env').some((env) => at(env, 'name') === TOKEN_VARIABLE))
  )
}

function isTokenVolume(volume: unknown): boolean {
  return listAt(volume, 'projected', 'sources').some(
    (source) => textAt(source, 'serviceAccountToken', 'audience') === AUDIENCE,
  )
}
