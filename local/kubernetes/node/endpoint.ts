import { createHash, timingSafeEqual } from 'node:crypto'
import type { Handler } from '../../http.ts'
import { logRefusal } from './log-availability.ts'
import { parseLogOptions } from './logs.ts'
import type { LogOptions } from './logs.ts'
import type { PodWorker } from './pod-worker.ts'

export interface EndpointOptions {
  /** The pod of this name, if it is on this node. */
  find(namespace: string, name: string): PodWorker | undefined
  /** Asked for as a bearer token when given; else whoever reaches the loopback address may ask. */
  readonly apiServerToken?: string
  readonly now: () => number
}

/**
 * The part of the kubelet's own API that an API server uses for `kubectl logs`: `/containerLogs` and `/healthz`.
 * Everything else (`exec`, `attach`, `portForward`, `stats` …) is answered 501.
 */
export function createEndpoint(options: EndpointOptions): Handler {
  return (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/healthz') return text(200, 'ok')
    if (!isAllowed(request, options.apiServerToken)) return text(401, 'Unauthorized')
    const parts = decodedParts(pathname)
    if (parts === undefined) return text(400, 'the path is not valid')
    const [, route, namespace = '', pod = '', container = '', ...rest] = parts
    if (route !== 'containerLogs' || rest.length > 0) {
      return text(501, `${pathname} is not supported by this node`)
    }
    if (request.method !== 'GET') return text(405, 'Method Not Allowed')
    if (pod === '') return text(400, '{"message": "Missing podID."}')
    if (container === '') return text(400, '{"message": "Missing container name."}')
    const logs = parseLogOptions(searchParams, options.now())
    if (logs === undefined) return text(422, '{"message": "Invalid request."}')
    return containerLogs(options.find(namespace, pod), { pod, container }, logs, request.signal)
  }
}

function decodedParts(path: string): readonly string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent)
  } catch {
    return undefined
  }
}

function containerLogs(
  worker: PodWorker | undefined,
  { pod, container }: { readonly pod: string; readonly container: string },
  options: LogOptions,
  signal: AbortSignal,
): Response {
  if (worker === undefined) return text(404, `pod "${pod}" does not exist`)
  const managed = worker.container(container)
  if (managed === undefined) return text(404, `container "${container}" not found in pod "${pod}"`)
  const { initContainerStatuses = [], containerStatuses = [] } = worker.pod.status
  const status = [...initContainerStatuses, ...containerStatuses].find(
    ({ name }) => name === container,
  )
  const refusal = logRefusal(pod, container, status, options.previous)
  if (refusal !== undefined) return text(400, refusal)
  const parts = managed.readLog(options, signal)
  if (parts !== undefined) return stream(parts)
  return text(400, `unable to retrieve container logs for ${status?.containerID ?? container}`)
}

/** The parts as they come; the reader's going away ends the reading. */
function stream(parts: AsyncGenerator<string>): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await parts.return(undefined)
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/plain' } })
}

function isAllowed(request: Request, token: string | undefined): boolean {
  if (token === undefined) return true
  const given = request.headers.get('authorization') ?? ''
  return timingSafeEqual(digest(given), digest(`Bearer ${token}`))
}

/** Of one length, so that a comparison takes the same time for any guess. */
function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}

function text(status: number, body: string): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
