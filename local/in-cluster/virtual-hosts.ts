import type { TLSSocket } from 'node:tls'
import type { Handler, NativeRequest } from '../http.ts'

/**
 * Several services behind one TLS listener, told apart by the host name.
 *
 * A request for another name than the one TLS was made for, or for a name that is nobody's, is refused: what was
 * verified by the client's TLS is what answers.
 *
 * @param handlers By host name, lower case.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-421-misdirected-request
 */
export function virtualHosts(handlers: ReadonlyMap<string, Handler>): Handler {
  return (request, native) => {
    const host = hostName(request.headers.get('host') ?? '')
    const handler = handlers.get(host)
    if (!handler) return misdirected(`no service here is called "${host}"`)
    const serverName = serverNameOf(native)
    if (serverName !== host)
      return misdirected(`TLS was made for "${serverName}", the request is for "${host}"`)
    return handler(request, native)
  }
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}

/** Empty if the client named no server. */
function serverNameOf(native: NativeRequest | undefined): string {
  const { servername } = (native?.incoming?.socket ?? {}) as Partial<TLSSocket>
  return typeof servername === 'string' ? servername.toLowerCase() : ''
}

function misdirected(sentence: string): Response {
  return new Response(`${sentence}\n`, { status: 421 })
}
