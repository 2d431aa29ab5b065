import { isDeepStrictEqual } from 'node:util'
import { isApiError } from '../client.ts'
import type { KubernetesClient } from '../client.ts'
import { NODE_CONDITIONS } from './conditions.ts'
import type { Pod, PodStatus } from './pod.ts'

/** A pod as the API server has it, and this node's writes to it. */
export class PodObject {
  readonly #client: KubernetesClient
  #pod: Pod
  #reported: PodStatus | undefined
  #isGone = false

  constructor(pod: Pod, client: KubernetesClient) {
    this.#pod = pod
    this.#client = client
  }

  /**
   * The pod as last seen, with this node's own status where that is newer; conditions of others are newest at the API
   * server.
   */
  get pod(): Pod {
    const own = this.#reported
    if (own === undefined) return this.#pod
    const mine = new Set(own.conditions?.map(({ type }) => type))
    const foreign = (this.#pod.status.conditions ?? []).filter(({ type }) => !mine.has(type))
    return { ...this.#pod, status: { ...own, conditions: [...foreign, ...(own.conditions ?? [])] } }
  }

  /** Whether the API server has no such pod any more, or another one of its name. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** @returns whether others want something else of it now; its status alone is most often this node's own echo. */
  update(pod: Pod): boolean {
    const isOther = !isDeepStrictEqual(wishes(pod), wishes(this.#pod))
    this.#pod = pod
    return isOther
  }

  markGone(): void {
    this.#isGone = true
  }

  /**
   * Writes the status if it is another one than last time. Of the conditions only the node's own are sent, and merged
   * by type: what others have written since the pod was last seen stays.
   */
  async report(status: PodStatus): Promise<void> {
    if (this.#isGone || isDeepStrictEqual(status, this.#reported)) return
    const { name, namespace, uid } = this.#pod.metadata
    const own = status.conditions?.filter(({ type }) => NODE_CONDITIONS.includes(type))
    const body = { metadata: { name, namespace, uid }, status: { ...status, conditions: own } }
    await this.#unlessGone(() =>
      this.#client.patch(`${this.#path}/status`, 'application/strategic-merge-patch+json', body),
    )
    this.#reported = status
  }

  /** Ends a deletion that was asked for. The UID guards a pod of the same name that has come since. */
  async delete(): Promise<void> {
    if (this.#isGone) return
    const { uid } = this.#pod.metadata
    const kind = { apiVersion: 'v1', kind: 'DeleteOptions' }
    const options = { ...kind, gracePeriodSeconds: 0, preconditions: { uid } }
    await this.#unlessGone(() => this.#client.delete(this.#path, options))
  }

  async #unlessGone(write: () => Promise<unknown>): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (!isApiError(error, 404) && !isApiError(error, 409)) throw error
      this.#isGone = true
    }
  }

  get #path(): string {
    const { namespace, name } = this.#pod.metadata
    return `/api/v1/namespaces/${namespace}/pods/${name}`
  }
}

/** Everything of a pod that others decide. */
function wishes({ spec, status, metadata }: Pod): readonly unknown[] {
  const { labels, annotations, deletionTimestamp, deletionGracePeriodSeconds } = metadata
  const gates = (spec.readinessGates ?? []).map(({ conditionType }) =>
    status.conditions?.find(({ type }) => type === conditionType),
  )
  return [spec, labels, annotations, deletionTimestamp, deletionGracePeriodSeconds, gates]
}
