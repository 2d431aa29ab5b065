import { get } from 'node:https'

/** What a plain request met: an answer, or the code of the operating system or of OpenSSL that stands in the way. */
export type Finding =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'obstacle'; readonly code: string; readonly message: string }

const MAX_TEXT = 8192

/**
 * Asks a host directly, to learn what an SDK does not tell: MSAL turns every failure on the way, and every refusal of
 * its discovery request, into a few words without a cause; the Cosmos DB SDK asks a name that does not exist 120
 * times. The request carries no token and trusts what the process trusts, nothing less.
 *
 * @param options.timeoutMs For all of it, from the name's resolution to the last byte that is read; whoever takes longer
 *   to begin an answer is the obstacle ETIMEDOUT. (A time-out of Node's begins with the connection and with every byte.)
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
    const limit = setTimeout(
      () =>
        request.destroy(
          Object.assign(new Error(`no answer in ${timeoutMs} ms`), { code: 'ETIMEDOUT' }),
        ),
      timeoutMs,
    )
    request.once('close', () => clearTimeout(limit))
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ kind: 'obstacle', code: error.code ?? 'EPROTO', message: error.message }),
    )
  })
}
