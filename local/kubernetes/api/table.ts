import type { KubeObject } from '../object.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { badRequest } from '../errors.ts'
import { textAt } from '../object.ts'
import { tableOf } from '../table/cells.ts'
import { acceptedForms } from './media-type.ts'

/** The form a client asks for first: `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`, or '' for the object. */
export function formOf(request: Request): string {
  return acceptedForms(request)[0] ?? ''
}

/**
 * Objects as a `meta.k8s.io/v1` Table.
 *
 * @param options.headers Only the first event of a watch carries the column definitions.
 */
export function toTable(
  api: Api,
  call: Call,
  objects: readonly KubeObject[],
  options: { readonly headers?: boolean } = {},
): object {
  const { columns, cells } = tableOf(call.resource)
  const include = call.query.get('includeObject') || 'Metadata'
  if (!['None', 'Metadata', 'Object'].includes(include)) {
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
    )
  }
  const [only] = objects
  const revision = objects.length === 1 ? only?.metadata.resourceVersion : undefined
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: revision === undefined ? {} : { resourceVersion: revision },
    columnDefinitions: options.headers === false ? null : columns,
    rows: objects.map((object) => ({
      cells: cells(object, api.now()),
      ...conditions(object),
      object: include === 'None' ? null : include === 'Object' ? object : partial(object),
    })),
  }
}

/** A pod that has ended is marked, so that `kubectl get` can leave it out. */
function conditions({ kind, status }: KubeObject): object {
  const phase = kind === 'Pod' ? textAt(status, 'phase') : undefined
  if (phase !== 'Succeeded' && phase !== 'Failed') return {}
  const message = phase === 'Failed' ? 'The pod failed.' : 'The pod has completed successfully.'
  return { conditions: [{ type: 'Completed', status: 'True', reason: phase, message }] }
}

export function partial({ metadata }: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
}
