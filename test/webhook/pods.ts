import type { KubeObject } from '../../local/kubernetes/object.ts'

/** One pod that is sent to the webhook, in the namespace `app`. */
export interface Row {
  readonly when: string
  readonly pod?: Pod
  readonly request?: object
}

export interface Pod {
  readonly metadata?: object
  /** Without the webhook's prefix. */
  readonly annotations?: Readonly<Record<string, string>>
  readonly spec?: object
}

/** Name of the volume of a pod called `demo`. */
export const VOLUME = 'azure-workload-identity-reserved-2a97516c354b68848cdbd8f54a226a'

/** The service accounts of the namespace, with their annotations. */
export const ACCOUNTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  default: {},
  worker: { 'client-id': 'client-1' },
  elsewhere: { 'client-id': 'client-1', 'tenant-id': 'tenant-2' },
  nowhere: { 'client-id': '', 'tenant-id': '' },
  patient: { 'service-account-token-expiration': '7200' },
  wrong: { 'service-account-token-expiration': 'long' },
}

/** The pod as it stands in the review. */
export function podOf({ metadata = { name: 'demo' }, annotations, spec }: Pod): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, ...(annotations && { annotations: prefixed(annotations) }) },
    spec: { serviceAccountName: 'worker', containers: [{ name: 'c', image: 'i' }], ...spec },
  }
}

export function accountOf(name: string): KubeObject | undefined {
  const annotations = ACCOUNTS[name]
  if (!annotations) return undefined
  const metadata = { name, namespace: 'app', annotations: prefixed(annotations) }
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata }
}

/** @param request Changes what stands beside the object. */
export function reviewOf(object: unknown, request: object = {}): string {
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      namespace: 'app',
      object,
      ...request,
    },
  })
}

function prefixed(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [`azure.workload.identity/${key}`, value]),
  )
}
