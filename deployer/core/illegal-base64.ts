import { at, isFields } from './object.ts'
import type { KubeObject } from './object.ts'

/** As Go's decoder wants it: padded, and with no other blank than line ends. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * The keys of a Secret or ConfigMap whose values should be base64 and are not. The API server names none of them; their
 * values are nobody's business.
 *
 * @see https://pkg.go.dev/encoding/base64#Encoding.DecodeString
 */
export function illegalBase64Keys(object: KubeObject): readonly string[] {
  const field = object.kind === 'Secret' ? 'data' : 'binaryData'
  const values = at(object, field)
  if (!isFields(values)) return []
  return Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'string' && !BASE64.test(value.replaceAll(/[\r\n]/g, ''))
      ? [`${field}.${key}`]
      : [],
  )
}
