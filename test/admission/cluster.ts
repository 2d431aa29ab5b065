import type { AdmissionContext } from '../../local/kubernetes/admission/context.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'

export const NAMESPACE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'app' },
  status: { phase: 'Active' },
}

export const ACCOUNT: KubeObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {
    name: 'worker',
    namespace: 'app',
    annotations: { 'azure.workload.identity/client-id': 'client-1' },
  },
}

export const SETTINGS = {
  workloadIdentity: { tenantId: 'tenant-1', authorityHost: 'https://login.microsoftonline.com/' },
}

/** A pod with one container, as validation passes it on. */
export function pod(spec: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'demo', namespace: 'app', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  }
}

/** The creation of `object` in a cluster that holds `objects`, by their plural. */
export function creation(
  object: KubeObject,
  objects: Readonly<Record<string, readonly KubeObject[]>> = {},
  more: Partial<AdmissionContext> = {},
): AdmissionContext {
  const live: Record<string, readonly KubeObject[]> = {
    namespaces: [NAMESPACE],
    serviceaccounts: [ACCOUNT],
    ...objects,
  }
  const list = (resource: string, namespace?: string) =>
    (live[resource] ?? []).filter(
      ({ metadata }) => namespace === undefined || (metadata.namespace ?? '') === namespace,
    )
  return {
    operation: 'CREATE',
    resource: `${object.kind.toLowerCase()}s`,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? `${object.metadata.generateName}abcde`,
    object,
    dryRun: false,
    user: { name: 'kubernetes-admin', groups: ['system:masters'] },
    list,
    lookup: (resource, namespace, name) =>
      list(resource, namespace).find(({ metadata }) => metadata.name === name),
    settings: SETTINGS,
    ...more,
  }
}
