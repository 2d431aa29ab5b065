import type { KubeObject } from '../core/object.ts'
import { failed } from '../core/readiness-result.ts'
import { deletesItself } from '../core/short-lived.ts'
import { verdict } from '../core/verdict.ts'
import type { Verdict } from '../core/verdict.ts'
import { isHopeless, nextLookMs, waitedNow } from '../core/waited.ts'
import type { Waited } from '../core/waited.ts'
import { createSeen } from './surroundings.ts'
import type { WaitWatch } from './wait-watches.ts'
import type { WatchEvent } from './watch.ts'

/** How a wait ended. */
export interface WaitResult {
  readonly waited: readonly Waited[]
  /** Those that ended the wait. What failed otherwise was still in its grace when the time was over. */
  readonly hopeless: readonly Waited[]
}

/** Turns what the watches see into the state of each object, and says when that is enough. */
export interface Judge {
  /** Aborted when there is nothing left to wait for. */
  readonly ended: AbortSignal
  /** Judges the objects as they were applied. */
  begin(): void
  isCurrent(root: KubeObject): boolean
  take(event: WatchEvent, watch: WaitWatch): void
  result(): WaitResult
  /** Ends its timer. */
  close(): void
}

export interface JudgeOptions {
  /** Called once for each change of an object's readiness. */
  readonly onChange: (waited: Waited) => void
  /** Called at every look. */
  readonly onSeen: (waited: Waited) => void
}

const DELETED = failed('deleted', 'it was deleted while it was waited for')

/**
 * @param roots What is waited for.
 * @param applied All that this deploy applied, so that nobody calls it missing for long.
 */
export function createJudge(
  roots: readonly KubeObject[],
  applied: readonly KubeObject[],
  { onChange, onSeen }: JudgeOptions,
): Judge {
  const seen = createSeen(applied)
  const waited = new Map<string, Waited>()
  const ended = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const all = () => [...waited.values()]
  const hopeless = () => all().filter((one) => isHopeless(one, performance.now()))

  const settle = () => {
    clearTimeout(timer)
    for (const { object, settledAtMs } of all()) {
      if (settledAtMs !== undefined && performance.now() >= settledAtMs) judgeAgain(object)
    }
    const isReady = all().every(({ readiness }) => readiness.status === 'current')
    if (isReady || hopeless().length > 0) return ended.abort()
    const next = Math.min(...all().flatMap((one) => nextLookMs(one) ?? []))
    if (Number.isFinite(next)) timer = setTimeout(settle, Math.max(1, next - performance.now()))
  }
  const set = (root: KubeObject, now: Verdict) => {
    const before = waited.get(uidOf(root))
    const after = waitedNow(before, root, now, performance.now())
    waited.set(uidOf(root), after)
    onSeen(after)
    if (JSON.stringify(before?.readiness) !== JSON.stringify(after.readiness)) onChange(after)
  }
  const isCurrent = (root: KubeObject) => waited.get(uidOf(root))?.readiness.status === 'current'
  const judgeAgain = (root: KubeObject) => set(root, verdict(root, seen))
  const rootOf = (object: KubeObject) =>
    seen.lineOf(object).flatMap((uid) => waited.get(uid)?.object ?? [])[0]
  const take = (object: KubeObject) => {
    seen.put(object)
    const root = waited.has(uidOf(object)) ? object : rootOf(object)
    if (root !== undefined) judgeAgain(root)
  }
  const drop = (object: KubeObject) => {
    const root = rootOf(object)
    seen.remove(object)
    if (root === undefined) return
    const isItself = uidOf(root) === uidOf(object)
    if (isItself && deletesItself(root) && isCurrent(root)) return
    if (isItself) set(root, { readiness: DELETED, culprit: root })
    else judgeAgain(root)
  }
  return {
    ended: ended.signal,
    begin: () => {
      for (const root of roots) {
        seen.put(root)
        judgeAgain(root)
      }
      settle()
    },
    isCurrent,
    take: (event, watch) => {
      if (ended.signal.aborted) return
      if (event.type === 'present') take(event.object)
      if (event.type === 'gone') drop(event.object)
      if (event.type === 'listed' && watch.isOwn) {
        for (const { object } of missing(all(), event.objects, watch)) drop(object)
      }
      settle()
    },
    result: () => ({ waited: all(), hopeless: hopeless() }),
    close: () => clearTimeout(timer),
  }
}

/** Objects of this collection that a list of it did not hold. */
function missing(
  all: readonly Waited[],
  listed: readonly KubeObject[],
  { kind, options }: WaitWatch,
): readonly Waited[] {
  const there = new Set(listed.map(uidOf))
  return all.filter(
    ({ object }) =>
      object.kind === kind.kind &&
      object.apiVersion === kind.apiVersion &&
      object.metadata.namespace === options.namespace &&
      !there.has(uidOf(object)),
  )
}

function uidOf({ metadata }: KubeObject): string {
  return metadata.uid ?? metadata.name
}
