import { get } from 'node:https'

/**
 * What a plain request met: an answer, the code of the operating system or of OpenSSL that stands in the way, or somebody
 * who took the connection and said nothing.
 */
export type Finding =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'obstacle'; readonly code: string; readonly message: string }
  | { readonly kind: 'silence'; readonly message: string }

const MAX_TEXT = 8192

/**
 * Asks a host directly, to learn what an SDK does not tell: MSAL turns every failure on the way, and every refusal of
 * its discovery request, into a few words without a cause; the Cosmos DB SDK asks a name that does not exist 120
 * times. The request carries no token and trusts what the process trusts, nothing less.
 *
 * @param options.timeoutMs For all of it, from the name's resolution to the last byte that is read. If it ends before the
 *   name is resolved, the obstacle is EAI_AGAIN, as the resolver itself will say many seconds later; before there is a
 *   connection, ETIMEDOUT. (A time-out of Node's begins with the connection and with every byte.)
 * @param options.signal Ends it when nobody waits for it any more; what it found is then worth nothing.
 */
export function probe(
  url: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Finding> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal }, (response) => {
      let text = ''
      const end = () => {
        resolve({ kind: 'answer', text })
        request.destroy()
      }
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
        if (text.length > MAX_TEXT) end()
      })
      response.once('end', end).once('error', end)
    })
    let reached: Reached = 'nobody'
    request.once('socket', (socket) => {
      socket.once('connectionAttempt', () => (reached = 'the resolver'))
      socket.once('connect', () => (reached = 'the host'))
    })
    // What has happened by then is heard first: on a busy machine it may be this process that was late
    const limit = setTimeout(
      () =>
        setImmediate(() => {
          resolve(lateness(reached, timeoutMs))
          request.destroy()
        }),
      timeoutMs,
    )
    request.once('close', () => clearTimeout(limit))
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ kind: 'obstacle', code: error.code ?? 'EPROTO', message: error.message }),
    )
  })
}

/** Who has answered so far. */
type Reached = 'nobody' | 'the resolver' | 'the host'

function lateness(reached: Reached, timeoutMs: number): Finding {
  const message = `no answer in ${timeoutMs} ms`
  switch (reached) {
    case 'nobody':
      return { kind: 'obstacle', code: 'EAI_AGAIN', message: `${message} of any DNS server` }
    case 'the resolver':
      return { kind: 'obstacle', code: 'ETIMEDOUT', message }
    case 'the host':
      return { kind: 'silence', message: `${message}, though the connection stands` }
  }
}
