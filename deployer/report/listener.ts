import type { Writable } from 'node:stream'

/**
 * Writes to a stream as long as somebody reads it.
 *
 * A pipe whose reader has gone (`… | head`) is no failure: what is under way must not end in the middle for it.
 *
 * @param onGone Called once, when the reader is found to have gone; from then on nothing is written.
 */
export function writeWhileRead(stream: Writable, onGone: () => void): (text: string) => void {
  let isGone = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
    if (!isGone) onGone()
    isGone = true
  })
  return (text) => {
    if (!isGone) stream.write(text)
  }
}
