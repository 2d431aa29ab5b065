import { inputInvalid, partitionKeyMismatch, resourceNotFound } from '../errors.ts'
import { readCharge, writeCharge } from './charge.ts'
import { checkIfMatch, isUnchanged, refuseIfNoneMatch } from './conditions.ts'
import type { Conditions } from './conditions.ts'
import type { Container } from './container.ts'
import type { Item, ItemBody } from './item.ts'
import { partitionOfItem } from './partition-key.ts'
import type { PartitionKey } from './partition-key.ts'
import { patchItem } from './patch.ts'
import type { Patch } from './patch.ts'

/** Where one item operation happens: the partition named in the header, never one named by a body. */
export interface Place {
  readonly container: Container
  readonly partition: PartitionKey
  readonly conditions: Conditions
}

/** What an item operation did; no item after a delete, or if the caller has it already (304). */
export interface ItemResult {
  readonly status: 200 | 201 | 204 | 304
  readonly item?: Item
  /** Request units. */
  readonly charge: number
}

/** @throws {Refusal} 409 if it is there, 400/1001 if the body belongs to another partition. */
export function createItem(place: Place, body: ItemBody): ItemResult {
  checkPartition(place, body)
  refuseIfNoneMatch(place.conditions)
  return written(201, place.container.create(body))
}

/** Creates or replaces; If-Match makes it replace only. */
export function upsertItem(place: Place, body: ItemBody): ItemResult {
  checkPartition(place, body)
  refuseIfNoneMatch(place.conditions)
  const { container, partition, conditions } = place
  const old = container.get(partition, body.id)
  checkIfMatch(old, conditions)
  return old
    ? written(200, container.replace(partition, old, body))
    : written(201, container.create(body))
}

/** @throws {Refusal} 404 */
export function readItem(place: Place, id: string): ItemResult {
  const item = existing(place, id)
  if (isUnchanged(item, place.conditions)) return { status: 304, charge: 1 }
  return { status: 200, item, charge: readCharge(item.bytes) }
}

/** @throws {Refusal} 404, 412, and 400 if the body has another id than the path. */
export function replaceItem(place: Place, id: string, body: ItemBody): ItemResult {
  checkPartition(place, body)
  refuseIfNoneMatch(place.conditions)
  const old = existing(place, id)
  checkIfMatch(old, place.conditions)
  if (body.id !== id) throw inputInvalid()
  return written(200, place.container.replace(place.partition, old, body))
}

/** @throws {Refusal} 404, 412 */
export function deleteItem(place: Place, id: string): ItemResult {
  refuseIfNoneMatch(place.conditions)
  const old = existing(place, id)
  checkIfMatch(old, place.conditions)
  place.container.remove(place.partition, old)
  return { status: 204, charge: writeCharge(old.bytes) }
}

/** @throws {Refusal} 404, 412 also if the patch's own condition is not met, 400 if a path cannot be changed. */
export function applyPatch(place: Place, id: string, patch: Patch): ItemResult {
  refuseIfNoneMatch(place.conditions)
  const old = existing(place, id)
  checkIfMatch(old, place.conditions)
  const body = patchItem(old, patch)
  // The partition key is as fixed as the id: a patch may not move an item.
  checkPartition(place, body)
  return written(200, place.container.replace(place.partition, old, body))
}

function existing({ container, partition }: Place, id: string): Item {
  const item = container.get(partition, id)
  if (!item) throw resourceNotFound()
  return item
}

function checkPartition({ container, partition }: Place, body: ItemBody): void {
  if (partitionOfItem(body.properties, container.partitionKeyPath) !== partition)
    throw partitionKeyMismatch()
}

function written(status: 200 | 201, item: Item): ItemResult {
  return { status, item, charge: writeCharge(item.bytes) }
}
