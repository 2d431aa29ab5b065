import { parseBatch } from '../batch-request.ts'
import type { Answer } from '../respond.ts'
import { queryCharge, readCharge, writeCharge } from '../store/charge.ts'
import type { ForwardedOperation } from './resource.ts'

/**
 * Adds the request charge where the emulator sends none, or 0: it does not count request units. The estimate is that of
 * the embedded store, from what goes over the wire.
 */
export function withCharge(
  answer: Answer,
  operation: ForwardedOperation,
  requestBody: string,
): Answer {
  if (Number(answer.headers['x-ms-request-charge'] ?? 0) > 0) return answer
  const charge = estimate(answer, operation, requestBody)
  return { ...answer, headers: { ...answer.headers, 'x-ms-request-charge': String(charge) } }
}

function estimate(
  { status, body = '', headers }: Answer,
  { kind }: ForwardedOperation,
  requestBody: string,
): number {
  if (status === 304) return 1
  switch (kind) {
    case 'read-database':
    case 'read-container':
    case 'list-ranges':
    case 'plan-query':
      return 1
    case 'read-item':
      return readCharge(Buffer.byteLength(body))
    case 'create-item':
    case 'upsert-item':
    case 'replace-item':
    case 'patch-item':
    case 'delete-item':
      return writeCharge(Buffer.byteLength(body === '' ? requestBody : body))
    case 'query-items':
    case 'list-items':
    case 'read-change-feed':
      return queryCharge(countOf(headers, body), Buffer.byteLength(body))
    case 'batch':
      return batchCharge(body, requestBody)
  }
}

function countOf(headers: Answer['headers'], body: string): number {
  const counted = Number(headers['x-ms-item-count'])
  if (Number.isInteger(counted)) return counted
  const { _count: count } = JSON.parse(body) as { readonly _count?: unknown }
  return typeof count === 'number' ? count : 0
}

/** The sum over what was done; an operation that failed or was undone costs nothing here. */
function batchCharge(body: string, requestBody: string): number {
  const results: unknown = JSON.parse(body)
  if (!Array.isArray(results)) return 0
  const operations = parseBatch(requestBody)
  const sum = operations.reduce((total, operation, index) => {
    const { statusCode, resourceBody } = resultOf(results[index])
    if (statusCode >= 300) return total
    if (operation.operationType === 'Read') return total + readCharge(sizeOf(resourceBody))
    const written = 'resourceBody' in operation ? operation.resourceBody : undefined
    return total + writeCharge(sizeOf(resourceBody ?? written))
  }, 0)
  return Math.round(sum * 100) / 100
}

function resultOf(value: unknown): {
  readonly statusCode: number
  readonly resourceBody?: unknown
} {
  const result = typeof value === 'object' && value !== null ? { ...value } : {}
  const statusCode = 'statusCode' in result ? Number(result.statusCode) : Number.NaN
  return {
    // What has no status was not done.
    statusCode: Number.isNaN(statusCode) ? 500 : statusCode,
    ...('resourceBody' in result && { resourceBody: result.resourceBody }),
  }
}

function sizeOf(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value))
}
