import { request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { badRequest, internalError, invalid, notFound, StatusError } from '../../errors.ts'
import { at, listAt, numberAt, textAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import { invalidValue } from '../../resources/validation/causes.ts'
import { lookup } from '../api.ts'
import type { Api } from '../api.ts'
import type { Call } from '../call.ts'
import { liveObject } from '../read.ts'

const PASSED_ON = [
  'follow',
  'tailLines',
  'sinceSeconds',
  'sinceTime',
  'timestamps',
  'limitBytes',
  'previous',
]
const KNOWN = new Set([
  ...PASSED_ON,
  'container',
  'pretty',
  'insecureSkipTLSVerifyBackend',
  'stream',
])

/** `pods/log`: passed on to the kubelet endpoint of the pod's node, streamed back as it comes. */
export async function podLog(api: Api, call: Call): Promise<Response> {
  const pod = liveObject(api, call)
  const unknown = [...call.query.keys()].find((key) => !KNOWN.has(key))
  if (unknown !== undefined) throw badRequest(`unknown query parameter "${unknown}" of pods/log`)
  if (call.query.get('insecureSkipTLSVerifyBackend') === 'true') {
    throw new StatusError(
      501,
      'NotImplemented',
      'insecureSkipTLSVerifyBackend is not supported: TLS is always verified',
    )
  }
  refuseBounds(call)
  const container = containerOf(pod, call.query.get('container'))
  const nodeName = textAt(pod, 'spec', 'nodeName')
  // A pod that is not scheduled yet has no log, which the real server answers with nothing at all
  if (!nodeName) return new Response(null, { status: 204 })
  const node = lookup(api, 'nodes', '', nodeName)
  if (!node) throw notFound({ resource: 'nodes', name: nodeName })

  const query = new URLSearchParams()
  for (const key of PASSED_ON) {
    const value = call.query.get(key)
    if (value !== null) query.set(key, value)
  }
  const { namespace, name } = pod.metadata
  const url = `${endpointOf(node)}/containerLogs/${namespace}/${name}/${container}?${query.toString()}`
  const answer = await fetchFrom(url, api.certificateAuthority, call.request.signal)
  if (answer.statusCode === 200) {
    const body = Readable.toWeb(answer) as ReadableStream<Uint8Array>
    return new Response(body, {
      headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' },
    })
  }
  const text = (await answer.toArray()).join('').trim()
  // The kubelet's own sentence, as the real server gives it back
  throw new StatusError(
    answer.statusCode ?? 500,
    answer.statusCode === 404 ? 'NotFound' : 'BadRequest',
    text,
  )
}

const BOUNDS: readonly (readonly [key: string, least: number, sentence: string])[] = [
  ['tailLines', 0, 'must be greater than or equal to 0'],
  ['sinceSeconds', 1, 'must be greater than 0'],
  ['limitBytes', 1, 'must be greater than 0'],
]

function refuseBounds({ query, name = '' }: Call): void {
  const causes = BOUNDS.flatMap(([key, least, sentence]) => {
    const text = query.get(key)
    const value = Number(text)
    return text === null || value >= least ? [] : [invalidValue(key, value, sentence)]
  })
  if (causes.length > 0) throw invalid({ kind: 'PodLogOptions', name }, causes)
}

/** The container that is meant; only a pod with one container needs none named. */
function containerOf(pod: KubeObject, named: string | null): string {
  const main = listAt(pod, 'spec', 'containers').map((one) => textAt(one, 'name') ?? '')
  const init = listAt(pod, 'spec', 'initContainers').map((one) => textAt(one, 'name') ?? '')
  if (named) {
    if ([...main, ...init].includes(named)) return named
    throw badRequest(`container ${named} is not valid for pod ${pod.metadata.name}`)
  }
  const [only] = main
  if (main.length === 1 && only !== undefined) return only
  const others = init.length === 0 ? '' : ` or one of the init containers: [${init.join(' ')}]`
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${main.join(' ')}]${others}`,
  )
}

function endpointOf(node: KubeObject): string {
  const address = listAt(node, 'status', 'addresses').find(
    (one) => textAt(one, 'type') === 'InternalIP',
  )
  const port = numberAt(node, 'status', 'daemonEndpoints', 'kubeletEndpoint', 'Port')
  const host = textAt(address, 'address')
  if (host === undefined || port === undefined) {
    throw internalError(
      `no preferred addresses found; known addresses: ${JSON.stringify(at(node, 'status', 'addresses') ?? [])}`,
    )
  }
  return `https://${host}:${port}`
}

function fetchFrom(url: string, ca: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(url, { ca, signal }, resolve)
    outgoing.once('error', (cause) =>
      reject(internalError(`Get "${url.split('?')[0]}": ${cause.message}`)),
    )
    outgoing.end()
  })
}
