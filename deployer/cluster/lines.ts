import type { IncomingMessage } from 'node:http'

/**
 * An answer line by line as it comes; a last line without its end is given too.
 *
 * Leaving the loop destroys the connection. node:readline is not used because it throws an abort that comes after the
 * loop where nobody can catch it.
 */
export async function* linesOf(message: IncomingMessage): AsyncGenerator<string> {
  message.on('error', () => undefined)
  message.setEncoding('utf8')
  let rest = ''
  for await (const chunk of message) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  }
  if (rest !== '') yield rest
}
