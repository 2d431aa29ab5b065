import { createHmac } from 'node:crypto'
import type { Resource } from './resource.ts'
import { UpstreamError } from './upstream-error.ts'

/**
 * The key every emulator has unless it is given another: published by Microsoft, the same everywhere, and no
 * secret. What protects the emulator is that nothing but the gateway reaches it.
 *
 * @see https://learn.microsoft.com/azure/cosmos-db/emulator#authentication
 */
const PUBLISHED_KEY =
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='

/** Signs one request. */
export type Sign = (method: string, resource: Resource, date: string) => string

/**
 * Makes the `authorization` headers of one key. The key stays in the closure: it is in no message and no log.
 *
 * @param key Base64; default: the published one.
 * @throws {UpstreamError} if it is no base64 of 64 bytes; what was given is not repeated.
 * @see https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources#constructkeytoken
 */
export function createSigner(key: string = PUBLISHED_KEY): Sign {
  const bytes = parseKey(key)
  return (method, { type, link }, date) => {
    const text = `${method.toLowerCase()}\n${type}\n${link}\n${date.toLowerCase()}\n\n`
    const signature = createHmac('sha256', bytes).update(text).digest('base64')
    return encodeURIComponent(`type=master&ver=1.0&sig=${signature}`)
  }
}

/** A key of the service is the base64 of 64 bytes. */
function parseKey(key: string): Buffer {
  if (/^[A-Za-z0-9+/]{86}==$/.test(key)) return Buffer.from(key, 'base64')
  throw new UpstreamError('store key', {
    reason: 'expected the base64 of 64 bytes, 88 characters',
    next: "leave it out for the emulator's published key, or give the file the emulator got as --key-file",
    mayPass: false,
  })
}
