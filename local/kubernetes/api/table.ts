import type { KubeObject } from '../object.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { columnsOf } from './columns.ts'
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
  const columns = columnsOf(call.resource)
  const include = call.query.get('includeObject') ?? 'Metadata'
  const [only] = objects
  const revision = objects.length === 1 ? only?.metadata.resourceVersion : undefined
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: revision === undefined ? {} : { resourceVersion: revision },
    columnDefinitions:
      options.headers === false
        ? null
        : columns.map(({ name, type = 'string', format = '', description = '', priority = 0 }) => ({
            name,
            type,
            format,
            description,
            priority,
          })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, api.now())),
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : partial(object) }),
    })),
  }
}

export function partial({ metadata }: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
}
