import { alreadyExists } from '../errors.ts'
import { sealItem } from './item.ts'
import type { Item, ItemBody } from './item.ts'
import { partitionOfItem } from './partition-key.ts'
import type { PartitionKey } from './partition-key.ts'
import { containerRid, itemRid } from './resource-id.ts'

/** An item, and the number of its partition among those that are listed. */
export interface LocatedItem {
  readonly partition: number
  readonly item: Item
}

/** Where one container's items are, one map per logical partition. */
export class Container {
  readonly id: string
  readonly partitionKeyPath: string
  readonly rid: string
  readonly self: string
  /** When it came to be, seconds. */
  readonly createdSeconds: number

  readonly #ordinals: { readonly database: number; readonly container: number }
  readonly #now: () => number
  readonly #partitions = new Map<PartitionKey, Map<string, Item>>()
  #lsn = 1
  #created = 0

  constructor(options: {
    readonly id: string
    readonly partitionKeyPath: string
    readonly databaseSelf: string
    readonly ordinals: { readonly database: number; readonly container: number }
    readonly now: () => number
  }) {
    this.id = options.id
    this.partitionKeyPath = options.partitionKeyPath
    this.#ordinals = options.ordinals
    this.#now = options.now
    this.rid = containerRid(options.ordinals.database, options.ordinals.container)
    this.self = `${options.databaseSelf}colls/${this.rid}/`
    this.createdSeconds = Math.floor(options.now() / 1000)
  }

  /** `0:-1#LSN`: the one physical partition, and how many writes it has seen. */
  get sessionToken(): string {
    return `0:-1#${this.#lsn}`
  }

  get(partition: PartitionKey, id: string): Item | undefined {
    return this.#partitions.get(partition)?.get(id)
  }

  /** The items of one partition, or of all, oldest first within each; the order of partitions never changes. */
  *items(only?: PartitionKey): Iterable<LocatedItem> {
    const all = this.#partitions
    const chosen = only === undefined ? all.values() : [all.get(only) ?? new Map<string, Item>()]
    let partition = 0
    for (const items of chosen) {
      for (const item of items.values()) yield { partition, item }
      partition += 1
    }
  }

  /** @throws {Refusal} 409 if the partition has an item of that id. */
  create(body: ItemBody): Item {
    const partition = partitionOfItem(body.properties, this.partitionKeyPath)
    if (this.get(partition, body.id)) throw alreadyExists()
    const item = this.#seal(body, this.#created + 1)
    this.#created += 1
    this.#put(partition, item)
    return item
  }

  /** Puts `body` in the place of `old`, in the same partition and with the same `_rid`. */
  replace(partition: PartitionKey, old: Item, body: ItemBody): Item {
    const item = this.#seal(body, old.ordinal)
    this.#put(partition, item)
    return item
  }

  remove(partition: PartitionKey, item: Item): void {
    this.#partitions.get(partition)?.delete(item.id)
    this.#lsn += 1
  }

  /**
   * Runs `work` on one partition and, if it throws, puts that partition back as it was. Items are immutable, so
   * that a copy of the map is a copy of the partition.
   */
  atomically<T>(partition: PartitionKey, work: () => T): T {
    const before = new Map(this.#partitions.get(partition))
    try {
      return work()
    } catch (error) {
      this.#partitions.set(partition, before)
      throw error
    }
  }

  #put(partition: PartitionKey, item: Item): void {
    const items = this.#partitions.get(partition)
    if (items) items.set(item.id, item)
    else this.#partitions.set(partition, new Map([[item.id, item]]))
    this.#lsn += 1
  }

  #seal(body: ItemBody, ordinal: number): Item {
    const timestampSeconds = Math.floor(this.#now() / 1000)
    return sealItem(body, {
      rid: itemRid(this.#ordinals.database, this.#ordinals.container, ordinal),
      containerSelf: this.self,
      etag: etagOf(this.#lsn + 1, timestampSeconds),
      ordinal,
      timestampSeconds,
    })
  }
}

/** In quotes, shaped like the service's: a counter, zeros, the time. */
function etagOf(version: number, seconds: number): string {
  return `"${hex(version)}-0000-0d00-0000-${hex(seconds)}0000"`
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
