import { badRequest, notEmulated } from './errors.ts'

/** Headers that ask for something no store here does, each with what to call it. */
const NOT_EMULATED = [
  ['x-ms-documentdb-pre-trigger-include', 'A trigger'],
  ['x-ms-documentdb-post-trigger-include', 'A trigger'],
  ['x-ms-start-epk', 'A range of effective partition keys'],
  ['x-ms-end-epk', 'A range of effective partition keys'],
  ['x-ms-read-key-type', 'A range of effective partition keys'],
] as const

/**
 * Refuses what would change the answer if it were understood: to ignore it would be to answer another question.
 *
 * @throws {Refusal} 501 for features, 400 for a consistency stronger than the account's.
 */
export function refuseUnsupportedHeaders(headers: Pick<Headers, 'get'>): void {
  for (const [name, what] of NOT_EMULATED) if (headers.get(name)) throw notEmulated(what)
  // A query would find it here, and would not in the service
  if (/^exclude$/i.test(headers.get('x-ms-indexing-directive') ?? ''))
    throw notEmulated('An item that is left out of the index')

  const consistency = headers.get('x-ms-consistency-level')
  if (consistency && !WEAK_ENOUGH.has(consistency))
    throw badRequest(
      `ConsistencyLevel ${consistency} specified in the request is invalid when service is configured with ` +
        'consistency level Session. Ensure the request consistency level is not stronger than the service consistency level.',
    )
}

const WEAK_ENOUGH: ReadonlySet<string> = new Set(['Session', 'ConsistentPrefix', 'Eventual'])
