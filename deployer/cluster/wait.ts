import { setTimeout as sleep } from 'node:timers/promises'
import { identityOf, objectRef } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { isWaitedFor, readiness } from '../core/readiness.ts'
import type { Readiness } from '../core/readiness.ts'
import type { Cluster } from './connect.ts'
import { watchObjects } from './watch.ts'

/** How a wait ended. */
export interface WaitResult {
  readonly waited: readonly Waited[]
  /** The time was over first; what had failed by then was still in its grace. */
  readonly isTimeOver: boolean
}

/** The last that was seen of an object that was waited for. */
export interface Waited {
  readonly object: KubeObject
  readonly readiness: Readiness
}

export interface WaitOptions {
  readonly set: ObjectSet
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Called once for each change of an object's readiness. */
  readonly onChange: (waited: Waited) => void
}

/**
 * Waits, by watching, until every object is ready, one is hopeless, or the time is over.
 *
 * One watch per kind and namespace. A failure with a grace counts only if it is still there when the grace is over.
 *
 * @param objects As applied; kinds that are ready at once are not looked at.
 * @returns The last state of each; the caller sees whether all are current.
 */
export async function waitUntilReady(
  cluster: Cluster,
  objects: readonly KubeObject[],
  options: WaitOptions,
): Promise<WaitResult> {
  const waited = new Map<string, Waited>()
  for (const object of objects.filter(({ kind }) => isWaitedFor(kind))) {
    waited.set(identityOf(objectRef(object)), { object, readiness: readiness(object) })
  }
  if (waited.size === 0) return { waited: [], isTimeOver: false }
  const ended = new AbortController()
  const timeout = AbortSignal.timeout(options.timeoutMs)
  const signal = AbortSignal.any([options.signal, ended.signal, timeout])
  const update = (object: KubeObject, now: Readiness) => {
    const key = identityOf(objectRef(object))
    const before = waited.get(key)
    if (!before || before.object.metadata.uid !== object.metadata.uid) return
    waited.set(key, { object, readiness: now })
    if (JSON.stringify(before.readiness) !== JSON.stringify(now))
      options.onChange({ object, readiness: now })
    if (isOver([...waited.values()])) ended.abort()
    else if (now.status === 'failed') void endAfterGrace(key, now)
  }
  const endAfterGrace = async (key: string, failure: Extract<Readiness, { status: 'failed' }>) => {
    await sleep(failure.graceMs, undefined, { signal }).catch(() => undefined)
    if (waited.get(key)?.readiness.status === 'failed') ended.abort()
  }

  for (const one of waited.values()) {
    options.onChange(one)
    update(one.object, one.readiness)
  }
  await Promise.all(
    [...collections([...waited.values()])].map((ref) =>
      watchCollection(cluster, ref, { set: options.set, signal, update, waited }),
    ),
  ).finally(() => ended.abort())
  options.signal.throwIfAborted()
  return {
    waited: [...waited.values()],
    isTimeOver: timeout.aborted && !isOver([...waited.values()]),
  }
}

/** Nothing is left to wait for: all ready, or one hopeless without grace. */
function isOver(all: readonly Waited[]): boolean {
  return (
    all.every(({ readiness: now }) => now.status === 'current') ||
    all.some(({ readiness: now }) => now.status === 'failed' && now.graceMs === 0)
  )
}

function collections(all: readonly Waited[]): ReadonlySet<KubeObject> {
  const byCollection = new Map(
    all.map(({ object }) => [
      `${object.apiVersion}/${object.kind}/${object.metadata.namespace}`,
      object,
    ]),
  )
  return new Set(byCollection.values())
}

interface Watching {
  readonly set: ObjectSet
  readonly signal: AbortSignal
  readonly update: (object: KubeObject, now: Readiness) => void
  readonly waited: ReadonlyMap<string, Waited>
}

const DELETED: Readiness = {
  status: 'failed',
  reason: 'it was deleted while it was waited for',
  graceMs: 0,
}

async function watchCollection(
  cluster: Cluster,
  example: KubeObject,
  { set, signal, update, waited }: Watching,
): Promise<void> {
  if (signal.aborted) return
  const { namespace } = example.metadata
  const options = {
    ...(namespace === undefined ? {} : { namespace }),
    labelSelector: `${PART_OF_LABEL}=${set.id}`,
  }
  const kind = await cluster.api.kindOf(example)
  for await (const event of watchObjects(cluster, kind, options, signal)) {
    if (event.type === 'present') update(event.object, readiness(event.object))
    if (event.type === 'gone') update(event.object, DELETED)
    if (event.type === 'listed') {
      const there = new Set(event.objects.map(({ metadata }) => metadata.uid))
      for (const { object } of waited.values()) {
        const isHere = object.kind === kind.kind && object.metadata.namespace === namespace
        if (isHere && !there.has(object.metadata.uid)) update(object, DELETED)
      }
    }
  }
}
