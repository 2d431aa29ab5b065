import { forbidden } from '../errors.ts'
import type { StatusError } from '../errors.ts'
import type { KubeObject } from '../object.ts'

/** How the admission of this API server is set up. */
export interface AdmissionSettings {
  /** What the workload-identity webhook injects; `authorityHost` ends in '/'. */
  readonly workloadIdentity: { readonly tenantId: string; readonly authorityHost: string }
  /** Default true. When false, pods that want the webhook are refused, as its failurePolicy Fail has it. */
  readonly webhookAvailable?: boolean
}

/** One write, before it is stored. */
export interface AdmissionContext {
  readonly operation: 'CREATE' | 'UPDATE'
  /** Plural, lower case: `pods`. */
  readonly resource: string
  /** API group of the resource; default: the core group. */
  readonly group?: string
  /** Only of an UPDATE; `status` is admitted as it is. */
  readonly subresource?: string
  readonly namespace?: string
  /** The name the object will have. While `object.metadata.name` is absent, it was made from generateName. */
  readonly name: string
  readonly object: KubeObject
  /** The live object; only of an UPDATE. */
  readonly old?: KubeObject
  readonly dryRun: boolean
  readonly user: { readonly name: string; readonly groups: readonly string[] }
  readonly lookup: (resource: string, namespace: string, name: string) => KubeObject | undefined
  readonly list: (resource: string, namespace?: string) => readonly KubeObject[]
  readonly settings: AdmissionSettings
  /** Collects what the server sends as `Warning: 299 - "…"` headers. */
  readonly warnings?: string[]
}

/** A refusal of the object under admission: `pods "demo" is forbidden: REASON`. */
export function refuse(context: AdmissionContext, reason: string): StatusError {
  const { group = '', resource, name } = context
  return forbidden({ group, resource, name }, reason)
}

/**
 * A refusal by a rule that changes objects. Those run before a name is made from generateName,
 * so that the prefix stands where the name would.
 */
export function refuseEarly(context: AdmissionContext, reason: string): StatusError {
  const { metadata } = context.object
  const name = metadata.name ?? metadata.generateName ?? 'Unknown'
  return refuse({ ...context, name }, reason)
}
