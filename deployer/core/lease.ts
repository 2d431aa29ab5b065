import { numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** A Lease as it was last read, and when its present version was first seen, by our own clock. */
export interface ObservedLease {
  readonly lease: KubeObject
  readonly sinceMs: number
}

/** What one that wants to lead may do now. */
export type LeaseStep = 'create' | 'take' | 'renew' | 'wait'

/**
 * Decides over a Lease by client-go's rule: an expired one is one that has not changed for its whole duration while we
 * watched. Its own time stamps are not compared with our clock, because two machines' clocks differ.
 *
 * @param now Milliseconds, on the clock of `sinceMs`.
 * @see https://github.com/kubernetes/client-go/blob/master/tools/leaderelection/leaderelection.go
 */
export function leaseStep(
  observed: ObservedLease | undefined,
  holder: string,
  now: number,
): LeaseStep {
  if (!observed) return 'create'
  const current = holderOf(observed.lease)
  if (current === holder) return 'renew'
  if (current === undefined) return 'take'
  const seconds = numberAt(observed.lease, 'spec', 'leaseDurationSeconds') ?? 0
  return now > observed.sinceMs + seconds * 1_000 ? 'take' : 'wait'
}

/** Who holds it; undefined once it was released. */
export function holderOf(lease: KubeObject): string | undefined {
  const holder = textAt(lease, 'spec', 'holderIdentity')
  return holder === '' ? undefined : holder
}

export interface LeaseClaim {
  readonly namespace: string
  readonly name: string
  /** Undefined to release it. */
  readonly holder: string | undefined
  readonly durationSeconds: number
}

/** The Lease that states a claim; its resourceVersion makes the write fail if anybody was faster. */
export function claimedLease(
  before: KubeObject | undefined,
  { namespace, name, holder, durationSeconds }: LeaseClaim,
  now: number,
): KubeObject {
  const time = new Date(now).toISOString().replace('Z', '000Z')
  const isSame = before !== undefined && holderOf(before) === holder
  const transitions = numberAt(before, 'spec', 'leaseTransitions') ?? 0
  const isTaken = before !== undefined && !isSame && holder !== undefined
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: before ? before.metadata : { name, namespace },
    spec: {
      ...(holder === undefined ? {} : { holderIdentity: holder }),
      leaseDurationSeconds: durationSeconds,
      acquireTime: (isSame ? textAt(before, 'spec', 'acquireTime') : undefined) ?? time,
      renewTime: time,
      leaseTransitions: transitions + (isTaken ? 1 : 0),
    },
  }
}
