import { StatusError, forbidden, notFound } from '../errors.ts'
import { textAt } from '../object.ts'
import { refuseEarly } from './context.ts'
import type { AdmissionContext } from './context.ts'

const IMMORTAL = ['default', 'kube-system', 'kube-public']

/**
 * Nothing is written into a namespace that does not exist, nothing is created in one that is going away.
 *
 * @throws {StatusError} 404 `namespaces "x" not found`, or 403 with cause NamespaceTerminating.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go
 */
export function admitNamespace(context: AdmissionContext): void {
  const { namespace, operation } = context
  if (namespace === undefined || namespace === '' || context.resource === 'namespaces') return
  const live = context.lookup('namespaces', '', namespace)
  if (live === undefined) throw notFound({ resource: 'namespaces', name: namespace })
  if (operation === 'CREATE' && textAt(live, 'status', 'phase') === 'Terminating')
    throw terminating(context, namespace)
}

/**
 * The three namespaces a cluster cannot be without.
 *
 * @throws {StatusError} 403 `namespaces "default" is forbidden: this namespace may not be deleted`.
 */
export function admitNamespaceDelete(name: string): void {
  if (IMMORTAL.includes(name))
    throw forbidden({ resource: 'namespaces', name }, 'this namespace may not be deleted')
}

function terminating(context: AdmissionContext, namespace: string): StatusError {
  const refusal = refuseEarly(
    context,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  )
  return new StatusError(refusal.code, refusal.reason, refusal.message, {
    ...refusal.details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  })
}
