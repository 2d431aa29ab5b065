import { notEmulated, preconditionFailed } from '../errors.ts'
import type { Item } from './item.ts'

/** Conditional headers of one request or of one operation in a batch. */
export interface Conditions {
  readonly ifMatch: string | null
  readonly ifNoneMatch: string | null
}

/** @throws {Refusal} 412 if the item is another version than the caller knows. */
export function checkIfMatch(item: Item | undefined, { ifMatch }: Conditions): void {
  if (ifMatch !== null && ifMatch !== item?.etag && !(ifMatch === '*' && item))
    throw preconditionFailed()
}

/** @throws {Refusal} 501: what If-None-Match means on a write is not documented. */
export function refuseIfNoneMatch({ ifNoneMatch }: Conditions): void {
  if (ifNoneMatch !== null) throw notEmulated('If-None-Match on a write')
}

/** Whether the caller has this version already (304). */
export function isUnchanged(item: Item, { ifNoneMatch }: Conditions): boolean {
  return ifNoneMatch === item.etag || ifNoneMatch === '*'
}
