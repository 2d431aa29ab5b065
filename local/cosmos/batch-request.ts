import { z } from 'zod'
import { badRequest } from './errors.ts'
import { parseJson } from './store/json.ts'

/** What one operation inside a batch does. */
export type BatchVerb = BatchOperation['operationType']

/** One operation of a batch, as the SDK writes it. */
export type BatchOperation = z.infer<typeof operation>

/** As it is: zod's own record leaves out a property that is called `__proto__`. */
const resourceBody = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'Invalid input: expected an object',
)
/** In a bulk request each operation names its own partition; in a transactional batch the header does. */
const partitionKey = z.string().optional()
const common = {
  partitionKey,
  ifMatch: z.string().optional(),
  ifNoneMatch: z.undefined().optional(),
}
const operation = z.discriminatedUnion('operationType', [
  z.object({ operationType: z.literal('Create'), resourceBody, ...common }),
  z.object({ operationType: z.literal('Upsert'), resourceBody, ...common }),
  z.object({ operationType: z.literal('Read'), id: z.string(), ...common }),
  z.object({ operationType: z.literal('Replace'), id: z.string(), resourceBody, ...common }),
  z.object({ operationType: z.literal('Delete'), id: z.string(), ...common }),
  z.object({
    operationType: z.literal('Patch'),
    id: z.string(),
    resourceBody: z.union([z.array(z.unknown()), resourceBody]),
    ...common,
  }),
])

/** https://learn.microsoft.com/azure/cosmos-db/nosql/transactional-batch */
const MAX_OPERATIONS = 100

/**
 * Reads the operations of a batch. They are read before the batch is authorised, because each needs its own
 * data action; nothing of it has reached the store then.
 *
 * @throws {Refusal} 400 if the body is no list of 1–100 operations of the six kinds.
 */
export function parseBatch(body: string): readonly BatchOperation[] {
  const parsed = z.array(operation).min(1).max(MAX_OPERATIONS).safeParse(parseJson(body))
  if (!parsed.success)
    throw badRequest(
      `The batch request is invalid: ${z.prettifyError(parsed.error).split('\n')[0] ?? ''}`,
    )
  return parsed.data
}
