import { inputInvalid, tooLarge } from './errors.ts'

/** The largest body anyone may send: an item of 2 MB, and some room for what surrounds it. */
const MAX_BODY_BYTES = 2 * 1024 * 1024 + 64 * 1024

/**
 * Reads a request's body as text, and stops reading as soon as it is too large.
 *
 * @throws {Refusal} 413 above 2 MB, 400 if it is not UTF-8.
 */
export async function readBody(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength
    if (length > MAX_BODY_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw inputInvalid()
  }
}
