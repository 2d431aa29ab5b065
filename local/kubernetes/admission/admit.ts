import type { KubeObject } from '../object.ts'
import type { AdmissionContext } from './context.ts'
import { admitNamespace } from './namespace-lifecycle.ts'
import { admitPodDefaults } from './pod-defaults.ts'
import { admitPodSecurity } from './pod-security.ts'
import { admitResourceQuota } from './resource-quota.ts'
import { admitServiceAccount } from './service-account.ts'
import { refuseUnsupported } from './unsupported.ts'
import { admitWorkloadIdentity } from './workload-identity.ts'

/** Rules that may change the object, in kube-apiserver's order: its own plugins, then webhooks. */
const MUTATING = [admitServiceAccount, admitPodDefaults, admitWorkloadIdentity]
/** Rules that only look, at the object as it came out of the first part; quota is last, as it counts. */
const VALIDATING = [refuseUnsupported, admitPodSecurity, admitResourceQuota]

/**
 * Admission control: everything that happens to a write between authorisation and the store.
 *
 * Not async, nor is anything it calls: between the look at the live object and the write into the store no other request
 * may have its turn, or one of two writers would be lost and a quota could be overdrawn.
 *
 * A server that validates fields calls `mutate`, then its validation, then `validate`: of two things wrong with an
 * object, a real one names the field first and the policy second.
 *
 * @returns The object to store; `context.object` itself is never changed.
 * @throws {StatusError} with kube-apiserver's code, reason and sentence.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubeapiserver/options/plugins.go
 */
export function admit(context: AdmissionContext): KubeObject {
  const object = mutate(context)
  validate({ ...context, object })
  return object
}

/** The first half: namespace, service account, priority, webhook. */
export function mutate(context: AdmissionContext): KubeObject {
  if (isSubresource(context)) return context.object
  admitNamespace(context)
  return MUTATING.reduce((object, rule) => rule({ ...context, object }), context.object)
}

/** The second half: Pod Security and quota, on the object as it is to be stored. */
export function validate(context: AdmissionContext): void {
  if (!isSubresource(context)) for (const rule of VALIDATING) rule(context)
}

function isSubresource({ subresource = '' }: AdmissionContext): boolean {
  return subresource !== ''
}
