import type { WatchHandlers } from '../client.ts'
import type { KubeObject } from '../object.ts'
import type { Pod } from './pod.ts'
import { PodWorker } from './pod-worker.ts'
import type { NodeServices } from './services.ts'

/** The pods of a node as its watch tells them, each with its worker; two of one name may overlap for a while. */
export class PodSet implements WatchHandlers {
  readonly #services: NodeServices
  readonly #workers = new Map<string, PodWorker>()
  #isAbandoned = false

  constructor(services: NodeServices) {
    this.#services = services
  }

  onSync(items: readonly KubeObject[]): void {
    const pods = items.map(asPod)
    const present = new Set(pods.map(({ metadata }) => metadata.uid))
    for (const [uid, worker] of this.#workers) if (!present.has(uid)) worker.remove()
    for (const pod of pods) this.#update(pod)
  }

  onEvent({ type, object }: Parameters<WatchHandlers['onEvent']>[0]): void {
    const pod = asPod(object)
    if (type === 'DELETED') this.#workers.get(pod.metadata.uid)?.remove()
    else this.#update(pod)
  }

  /** The youngest pod of this name. */
  find(namespace: string, name: string): PodWorker | undefined {
    return [...this.#workers.values()].findLast(
      ({ pod }) => pod.metadata.name === name && pod.metadata.namespace === namespace,
    )
  }

  /** The node closes: no pod is looked at any more. */
  abandon(): void {
    this.#isAbandoned = true
    for (const worker of this.#workers.values()) worker.abandon()
  }

  /** Resolves when no worker does anything any more. */
  async done(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.done))
  }

  #update(pod: Pod): void {
    if (this.#isAbandoned) return
    const { uid } = pod.metadata
    const known = this.#workers.get(uid)
    if (known !== undefined) {
      known.update(pod)
      return
    }
    const worker = new PodWorker(pod, this.#services)
    this.#workers.set(uid, worker)
    void worker.done.then(() => this.#workers.delete(uid))
  }
}

/** The API server has checked it against the schema of core/v1. */
function asPod(object: KubeObject): Pod {
  return { status: {}, ...object } as unknown as Pod
}
