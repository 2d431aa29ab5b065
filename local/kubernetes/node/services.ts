import type { KubernetesClient } from '../client.ts'
import type { BackOffLimits } from './back-off.ts'
import type { EventRecorder } from './events.ts'
import type { NodeFacts } from './fields.ts'
import type { ImageTable } from './image.ts'
import type { ProcessGroups } from './process-groups.ts'
import type { TokenSource } from './tokens.ts'

/** How long the node waits for what; the defaults are the kubelet's. Milliseconds. */
export interface Timing {
  /** Restarts of a container: 10 s doubling to 5 min. */
  readonly restart: BackOffLimits
  /** Pulls of an image: 10 s doubling to 5 min. */
  readonly pull: BackOffLimits
  /** Volumes that could not be set up: 0.5 s doubling to about 2 min. */
  readonly mount: BackOffLimits
  /** Until something that was wrong (a missing config map, say) is looked at again: 10 s. */
  readonly retryMs: number
  /** Between two looks at a running pod's volumes: 1 min. */
  readonly refreshMs: number
  /** Between two heartbeats: 10 s. */
  readonly heartbeatMs: number
}

export const KUBELET_TIMING: Timing = {
  restart: { firstMs: 10_000, longestMs: 300_000 },
  pull: { firstMs: 10_000, longestMs: 300_000 },
  mount: { firstMs: 500, longestMs: 122_000 },
  retryMs: 10_000,
  refreshMs: 60_000,
  heartbeatMs: 10_000,
}

/** What every pod of a node shares. */
export interface NodeServices {
  readonly client: KubernetesClient
  readonly apiServerUrl: string
  readonly events: EventRecorder
  readonly tokens: TokenSource
  readonly processes: ProcessGroups
  readonly images: ImageTable
  readonly node: NodeFacts
  /** `pods/UID` directories go here. */
  readonly directory: string
  readonly timing: Timing
  readonly now: () => number
}
