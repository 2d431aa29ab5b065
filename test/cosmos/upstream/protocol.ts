// What the service's documents demand of a request with a key, read independently of the code that signs.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** https://learn.microsoft.com/azure/cosmos-db/emulator#authentication */
export const PUBLISHED_KEY =
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='

const CLOCK_SKEW_MS = 15 * 60_000

/** Headers the REST reference has for requests to databases, containers, ranges and items; HTTP's own; nothing else. */
const DOCUMENTED = new Set([
  'host',
  'connection',
  'accept',
  'content-type',
  'content-length',
  'authorization',
  'prefer',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'a-im',
  'x-ms-date',
  'x-ms-version',
  'x-ms-session-token',
  'x-ms-consistency-level',
  'x-ms-continuation',
  'x-ms-max-item-count',
  'x-ms-indexing-directive',
  'x-ms-documentdb-is-upsert',
  'x-ms-documentdb-isquery',
  'x-ms-documentdb-partitionkey',
  'x-ms-documentdb-partitionkeyrangeid',
  'x-ms-documentdb-query-enablecrosspartition',
  'x-ms-documentdb-query-parallelizecrosspartitionquery',
  'x-ms-documentdb-query-enable-scan',
  'x-ms-documentdb-populatequerymetrics',
  'x-ms-documentdb-populatequotainfo',
  'x-ms-documentdb-responsecontinuationtokenlimitinkb',
  'x-ms-cosmos-is-query-plan-request',
  'x-ms-cosmos-supported-query-features',
  'x-ms-cosmos-query-version',
  'x-ms-cosmos-is-batch-request',
  'x-ms-cosmos-batch-atomic',
  'x-ms-cosmos-batch-continue-on-error',
  'x-ms-cosmos-batch-ordered',
  'x-ms-cosmos-changefeed-wire-format-version',
])

/**
 * Everything that is wrong with a request.
 *
 * @param own `HOST:PORT` of the server that got it.
 * @see https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources
 */
export function problemsOf(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>,
  { own, key, now }: { readonly own: string; readonly key: string; readonly now: number },
): string[] {
  const { headers, rawHeaders, url = '' } = request
  const problems: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (!DOCUMENTED.has(name)) problems.push(`${name} is not a header of this request`)
    if (/eyJ[\w-]+\.[\w-]+\.|type(?:=|%3D)aad/i.test(String(value)))
      problems.push(`${name} holds an Entra token`)
  }
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  if (new Set(names).size < names.length) problems.push('a header is there twice')
  if (headers.host !== own) problems.push(`host is ${headers.host}, not ${own}`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(String(headers['x-ms-version'])))
    problems.push(`x-ms-version is ${String(headers['x-ms-version'])}`)
  if (headers.accept !== 'application/json') problems.push(`accept is ${headers.accept}`)
  if (url.includes('?') || /\/\/|\/$./.test(url)) problems.push(`the path is ${url}`)

  const date = String(headers['x-ms-date'])
  if (new Date(date).toUTCString() !== date) problems.push(`x-ms-date is ${date}`)
  if (Math.abs(Date.parse(date) - now) > CLOCK_SKEW_MS) problems.push(`x-ms-date is too far away`)
  if (!isSigned(String(headers.authorization), payload(request, date), key))
    problems.push(`authorization is not of ${JSON.stringify(payload(request, date))}`)
  return problems
}

/** Verb, type and link of the resource, date; each but the link in lower case, each with a line feed. */
function payload({ method = '', url = '' }: Pick<IncomingMessage, 'method' | 'url'>, date: string) {
  const names = url.split('/').filter(Boolean).map(decodeURIComponent)
  const isFeed = names.length % 2 === 1
  const type = (isFeed ? names.at(-1) : names.at(-2)) ?? ''
  const link = (isFeed ? names.slice(0, -1) : names).join('/')
  return `${method}\n${type}\n`.toLowerCase() + `${link}\n` + `${date}\n\n`.toLowerCase()
}

function isSigned(authorization: string, text: string, key: string): boolean {
  if (/[^\w.~!*'()%-]/.test(authorization)) return false
  const [, signature] =
    /^type=master&ver=1\.0&sig=(.+)$/.exec(decodeURIComponent(authorization)) ?? []
  if (signature === undefined) return false
  const given = Buffer.from(signature, 'base64')
  const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest()
  return given.length === expected.length && timingSafeEqual(given, expected)
}
