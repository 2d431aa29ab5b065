import { DeployError } from '../core/errors.ts'
import { textAt } from '../core/object.ts'
import type { ObjectRef } from '../core/object.ts'
import { apiError } from './api-error.ts'
import { linesOf } from './lines.ts'
import { parseJson, readText } from './transport.ts'
import type { Transport } from './transport.ts'

export interface LogOptions {
  readonly container?: string
  readonly follow?: boolean
  /** The run before the last restart. */
  readonly previous?: boolean
  /** At most this many of the last lines. */
  readonly tailLines?: number
  readonly sinceSeconds?: number
}

/**
 * The log of a pod, line by line as it comes.
 *
 * @throws {DeployError} with the API server's own sentence (`container "worker" … is waiting to start: …`).
 */
export async function* podLog(
  transport: Transport,
  pod: ObjectRef,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined && value !== false) query.set(key, String(value))
  }
  const path = `/api/v1/namespaces/${pod.namespace}/pods/${encodeURIComponent(pod.name)}/log?${query.toString()}`
  const message = await transport.stream(path, signal)
  if (message.statusCode !== 200) {
    throw logError(message.statusCode ?? 0, await readText(message), pod)
  }
  try {
    yield* linesOf(message)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function logError(status: number, text: string, pod: ObjectRef): DeployError {
  const subject = `Pod/${pod.namespace}/${pod.name}`
  const body = parseJson(text)
  if (status === 404) {
    return new DeployError(
      'ERR_NOT_FOUND',
      `${subject}: no log: ${textAt(body, 'message') ?? 'there is no such pod'}`,
      {
        subject,
      },
    )
  }
  return apiError(status, body, { subject, verb: 'log' })
}
