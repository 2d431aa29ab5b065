import { at, isRecord } from '../../local/kubernetes/object.ts'

/** One place where two answers differ. */
export interface Difference {
  /** Step number from 1, and the path inside the answer: `2 body.spec.replicas`. */
  readonly path: string
  readonly real: unknown
  readonly local: unknown
}

/** Every place where two answers differ; of answers with different status only status and message are named. */
export function compareAnswers(real: unknown, local: unknown, path: string): readonly Difference[] {
  if (at(real, 'status') === at(local, 'status')) return compare(real, local, path)
  return ['status', 'message'].flatMap((key) =>
    key === 'status'
      ? compare(at(real, key), at(local, key), `${path}.${key}`)
      : compare(at(real, 'body', key), at(local, 'body', key), `${path}.body.${key}`),
  )
}

/** Every place where two JSON values differ; absent is undefined. */
export function compare(real: unknown, local: unknown, path: string): readonly Difference[] {
  if (Object.is(real, local)) return []
  if (Array.isArray(real) && Array.isArray(local)) {
    const length = Math.max(real.length, local.length)
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      compare(real[index], local[index], `${path}[${index}]`),
    )
  }
  if (isRecord(real) && isRecord(local)) {
    const keys = [...new Set([...Object.keys(real), ...Object.keys(local)])].toSorted()
    return keys.flatMap((key) => compare(real[key], local[key], `${path}.${key}`))
  }
  return [{ path, real, local }]
}
