import type { KubeObject } from '../object.ts'
import type { AdmissionContext } from './context.ts'
import { admitNamespace } from './namespace-lifecycle.ts'
import { admitPodDefaults } from './pod-defaults.ts'
import { admitPodSecurity } from './pod-security.ts'
import { admitResourceQuota } from './resource-quota.ts'
import { admitServiceAccount } from './service-account.ts'
import { admitWorkloadIdentity } from './workload-identity.ts'

/** Rules that may change the object, in kube-apiserver's order: its own plugins, then webhooks. */
const MUTATING = [admitServiceAccount, admitPodDefaults, admitWorkloadIdentity]
/** Rules that only look, at the object as it came out of the first part; quota is last, as it counts. */
const VALIDATING = [admitPodSecurity, admitResourceQuota]

/**
 * Admission control: everything that happens to a write between authorisation and the store.
 *
 * @returns The object to store; `context.object` itself is never changed.
 * @throws {StatusError} with kube-apiserver's code, reason and sentence.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubeapiserver/options/plugins.go
 */
export async function admit(context: AdmissionContext): Promise<KubeObject> {
  if (context.subresource !== undefined && context.subresource !== '') return context.object
  admitNamespace(context)
  const object = MUTATING.reduce(
    (current, rule) => rule({ ...context, object: current }),
    context.object,
  )
  for (const rule of VALIDATING) rule({ ...context, object })
  return object
}
