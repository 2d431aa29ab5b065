import type { Operation } from './operation.ts'
import type { Answer } from './respond.ts'

/** An allowed operation, as it is handed to whatever holds the data. */
export interface StoreRequest {
  readonly operation: Exclude<Operation, { readonly kind: 'read-account' }>
  /** As the client sent them, `authorization` included: a store that forwards a request must replace it. */
  readonly headers: Pick<Headers, 'get'>
  /** Empty for operations that carry none. */
  readonly body: string
  /** Aborted when the client has gone: nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/**
 * What is behind the gateway: the embedded store, or an emulator.
 *
 * It is asked only for what the caller may do, and addresses data only by `operation`, never by the request's
 * own path; so a store has nothing to decide about access.
 */
export interface Store {
  /** @throws {Refusal} whatever the data itself refuses: 400, 404, 409, 412, 413, 429, 501; 503 if it is not there. */
  answer(request: StoreRequest): Promise<Answer>
}
