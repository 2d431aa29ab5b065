import type { JsonObject } from '../store/json.ts'
import { compile } from './compile.ts'
import { parseQuery } from './parse-query.ts'
import { notSupported } from './query-error.ts'

/**
 * Reads the condition of a patch, `from c where …`, which is a query without its SELECT.
 *
 * @returns Whether an item meets it.
 * @throws {Refusal} 400 if it is no such condition.
 */
export function parseCondition(condition: string): (item: JsonObject) => boolean {
  const { alias, where, orderBy, page } = parseQuery(`SELECT * ${condition}`)
  if (!where || orderBy || page)
    throw notSupported('A condition that is not "from … where …"', {
      start: 0,
      end: condition.length,
    })
  const holds = compile(where, { alias, parameters: new Map() })
  return (item) => holds(item) === true
}
