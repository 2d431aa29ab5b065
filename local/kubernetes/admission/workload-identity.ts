import { Denial, PREFIX, accountNameOf, injectWorkloadIdentity } from '../../webhook/mutation.ts'
import { StatusError, internalError } from '../errors.ts'
import { isRecord, listAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import type { AdmissionContext } from './context.ts'

const WEBHOOK = 'mutation.azure-workload-identity.io'
const SERVICE = 'azure-wi-webhook-webhook-service'
const WEBHOOK_URL = `https://${SERVICE}.azure-workload-identity-system.svc:443/mutate-v1-pod?timeout=10s`

/**
 * The mutating webhook of azure-workload-identity v1.6.0, as if this API server had called it: a new pod labelled
 * `azure.workload.identity/use: "true"` is changed by the rule that the webhook of the platform in a cluster has too.
 *
 * @returns The pod as it goes on.
 * @throws {StatusError} 500 while the webhook is down (failurePolicy Fail); 400 for what the webhook denies.
 */
export function admitWorkloadIdentity(context: AdmissionContext): KubeObject {
  if (!isSelected(context)) return context.object
  if (context.settings.webhookAvailable === false) throw unreachable()
  const account = findAccount(context)
  try {
    const { workloadIdentity } = context.settings
    return withDefaults(injectWorkloadIdentity(context.object, account, workloadIdentity))
  } catch (error) {
    throw error instanceof Denial ? deny(error.message) : error
  }
}

/** The webhook leaves defaultMode out; the API server adds it when it decodes the answer. */
function withDefaults(pod: KubeObject): KubeObject {
  for (const volume of listAt(pod, 'spec', 'volumes')) {
    const projected = isRecord(volume) ? volume['projected'] : undefined
    if (isRecord(projected)) projected['defaultMode'] ??= 0o644
  }
  return pod
}

/** The objectSelector and rules of the webhook's configuration: creation of labelled pods, nothing else. */
function isSelected({ operation, resource, object }: AdmissionContext): boolean {
  return (
    operation === 'CREATE' &&
    resource === 'pods' &&
    object.metadata.labels?.[`${PREFIX}use`] === 'true'
  )
}

function unreachable(): StatusError {
  const reason = `failed to call webhook: Post "${WEBHOOK_URL}": no endpoints available for service "${SERVICE}"`
  return internalError(`failed calling webhook "${WEBHOOK}": ${reason}`)
}

/** The webhook answers code and message only, so the Status has no reason. */
function deny(message: string): StatusError {
  return new StatusError(400, '', `admission webhook "${WEBHOOK}" denied the request: ${message}`)
}

function findAccount({ lookup, namespace = '', object }: AdmissionContext): KubeObject {
  const name = accountNameOf(object)
  const account = lookup('serviceaccounts', namespace, name)
  if (account === undefined) throw deny(`serviceaccounts "${name}" not found`)
  return account
}
