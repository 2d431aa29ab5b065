import { badRequest } from '../errors.ts'

/**
 * A container here has one range of partition keys.
 *
 * @throws {Refusal} 400 if a request is for another.
 */
export function refuseForeignRange(headers: Pick<Headers, 'get'>): void {
  const range = headers.get('x-ms-documentdb-partitionkeyrangeid')
  if (range && !/^(?:[\w+=-]+,)?0$/.test(range))
    throw badRequest(`There is no partition key range ${range}; the container has the one range 0.`)
}
