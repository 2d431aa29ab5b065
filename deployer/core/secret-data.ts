import { isFields } from './object.ts'
import type { KubeObject } from './object.ts'

/**
 * A Secret with its `stringData` under `data`, as the API server stores it; anything else as it is.
 *
 * The server only writes `stringData` over: a key that is gone from it would stay in the Secret for ever. Values that
 * are no text are left for the server to refuse.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data
 */
export function withEncodedData(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object
  if (object.kind !== 'Secret' || !isFields(stringData)) return object
  const texts = Object.entries(stringData)
  if (!texts.every(([, text]) => typeof text === 'string')) return object
  const encoded = texts.map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')])
  const data = isFields(object['data']) ? object['data'] : {}
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } }
}
