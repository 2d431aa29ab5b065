import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { raise } from './back-off.ts'
import type { BackOff } from './back-off.ts'
import { podSubject } from './events.ts'
import type { EventText } from './events.ts'
import { ImagePuller } from './image-puller.ts'
import { ManagedContainer } from './managed-container.ts'
import { setUpVolumes, tearDownVolumes } from './mounts.ts'
import { PodObject } from './pod-object.ts'
import { isTerminal } from './pod.ts'
import type { Container, Pod, PodStatus } from './pod.ts'
import { recoveredRecord } from './recover.ts'
import { refusals } from './refusals.ts'
import { initPolicy } from './restart.ts'
import type { NodeServices } from './services.ts'
import { podStatus } from './status.ts'
import { Waker } from './waker.ts'

const DEADLINE = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
}

/**
 * Keeps one pod as its object says: from the first look to its deletion.
 *
 * A single loop: look, report, act, report, sleep until something changes or is due. Only the loop changes anything, so
 * nothing happens twice.
 */
export class PodWorker {
  /** Resolves when the pod is gone from this node, or the worker was abandoned. */
  readonly done: Promise<void>
  readonly #services: NodeServices
  readonly #directory: string
  readonly #containers = new Map<string, ManagedContainer>()
  readonly #puller: ImagePuller
  readonly #waker = new Waker()
  readonly #startedAt: number
  readonly #object: PodObject
  #verdict: EventText | undefined
  #mountBackOff: BackOff | undefined
  #nextMount = 0
  #isMounted = false
  #isAbandoned = false

  constructor(pod: Pod, services: NodeServices) {
    this.#object = new PodObject(pod, services.client)
    this.#services = services
    this.#directory = join(services.directory, 'pods', pod.metadata.uid)
    this.#puller = new ImagePuller(services.images, services.timing)
    const now = services.now()
    this.#startedAt = pod.status.startTime === undefined ? now : Date.parse(pod.status.startTime)
    this.#createContainers(now)
    this.done = this.#run()
  }

  /** The pod with its status as this node last made it, which may be ahead of the API server's. */
  get pod(): Pod {
    return this.#object.pod
  }

  container(name: string): ManagedContainer | undefined {
    return this.#containers.get(name)
  }

  /** The object changed. */
  update(pod: Pod): void {
    if (!this.#object.update(pod)) return
    for (const container of specsOf(pod)) this.#containers.get(container.name)?.update(container)
    this.#waker.wake()
  }

  /** The object is gone: nothing is reported any more, and what runs is stopped. */
  remove(): void {
    this.#object.markGone()
    this.#waker.wake()
  }

  /** The node closes: its processes are ended by others, and nothing is reported. */
  abandon(): void {
    this.#isAbandoned = true
    this.#waker.wake()
  }

  #createContainers(now: number): void {
    const { initContainerStatuses = [], containerStatuses = [] } = this.pod.status
    const statuses = [...initContainerStatuses, ...containerStatuses]
    const context = {
      services: this.#services,
      puller: this.#puller,
      directory: this.#directory,
      pod: () => this.pod,
      poke: () => this.#waker.wake(),
    }
    for (const container of specsOf(this.pod)) {
      const status = statuses.find(({ name }) => name === container.name)
      const record = recoveredRecord(status, now)
      this.#containers.set(container.name, new ManagedContainer(container, record, context))
    }
  }

  async #run(): Promise<void> {
    while (!this.#isAbandoned) {
      const retryAt = this.#services.now() + this.#services.timing.retryMs
      const { isDone, wakeAt } = await this.#look().catch(() => ({
        isDone: false,
        // The API server does not answer, or the disk does not: the next look may be luckier.
        wakeAt: retryAt,
      }))
      if (isDone) return
      await this.#waker.sleep(wakeAt === undefined ? undefined : wakeAt - this.#services.now())
    }
  }

  async #look(): Promise<{ readonly isDone: boolean; readonly wakeAt: number | undefined }> {
    // A container that is being replaced ends and starts in one step; in between the pod is not done.
    if (![...this.#containers.values()].some(({ isReplaced }) => isReplaced)) await this.#report()
    if (this.#isEnding) return { isDone: await this.#end(), wakeAt: undefined }
    const wakeAt = isTerminal(this.pod.status.phase) ? await this.#rest() : await this.#act()
    await this.#report()
    // What has just been reported may be the end: that has a look of its own.
    if (isTerminal(this.pod.status.phase) && this.#isMounted && !this.#isRunning) this.#waker.wake()
    return { isDone: false, wakeAt }
  }

  get #isEnding(): boolean {
    return this.#object.isGone || this.pod.metadata.deletionTimestamp !== undefined
  }

  get #isRunning(): boolean {
    return [...this.#containers.values()].some(({ isRunning }) => isRunning)
  }

  /** Everything that has to be done for a living pod, in order; the first thing that must wait ends the round. */
  async #act(): Promise<number | undefined> {
    const problems = refusals(this.pod)
    if (problems.length > 0) this.#refuse(problems)
    const deadline = this.#checkDeadline()
    if (this.#verdict !== undefined) return this.#stopAll(undefined)
    const mounted = await this.#mount()
    if (!this.#isMounted) return earliest(deadline, mounted)

    const policy = this.pod.spec.restartPolicy ?? 'Always'
    for (const { name } of this.pod.spec.initContainers ?? []) {
      const container = this.#containers.get(name)
      if (container?.record.run?.end?.exitCode === 0) continue
      return earliest(deadline, mounted, await container?.advance(initPolicy(policy)))
    }
    const times = [deadline, mounted]
    for (const { name } of this.pod.spec.containers) {
      times.push(await this.#containers.get(name)?.advance(policy))
    }
    return earliest(...times)
  }

  #refuse(problems: readonly string[]): void {
    const message = `this node runs containers as plain processes and cannot do: ${problems.join('; ')}`
    this.#verdict = { type: 'Warning', reason: 'UnexpectedAdmissionError', message }
    this.#say(this.#verdict)
    this.#verdict = { ...this.#verdict, message: `Pod was rejected: ${message}` }
  }

  /** @returns when the deadline will be, if it has not been yet. */
  #checkDeadline(): number | undefined {
    const { activeDeadlineSeconds } = this.pod.spec
    if (activeDeadlineSeconds === undefined || this.#verdict !== undefined) return undefined
    const deadline = this.#startedAt + activeDeadlineSeconds * 1000
    if (this.#services.now() < deadline) return deadline
    this.#verdict = { type: 'Normal', ...DEADLINE }
    this.#say(this.#verdict)
    return undefined
  }

  /** Sets up the volumes, or refreshes them when they are due. */
  async #mount(): Promise<number> {
    const { now, timing } = this.#services
    if (now() < this.#nextMount) return this.#nextMount
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const failures = await setUpVolumes(this.pod, this.#volumes, this.#mountServices)
    for (const { message } of failures) {
      this.#say({ type: 'Warning', reason: 'FailedMount', message })
    }
    const at = now()
    if (failures.length === 0) {
      this.#isMounted = true
      this.#mountBackOff = undefined
      this.#nextMount = at + timing.refreshMs
    } else {
      this.#mountBackOff = raise(this.#mountBackOff, timing.mount, { at, now: at })
      this.#nextMount = at + this.#mountBackOff.delayMs
    }
    return this.#nextMount
  }

  /** The pod is done but its object stays: volumes go, logs and status stay. */
  async #rest(): Promise<undefined> {
    this.#stopAll(undefined)
    if (this.#isRunning) return
    this.#isMounted = false
    this.#services.tokens.forget(this.pod.metadata.uid)
    await tearDownVolumes(this.#volumes)
  }

  /** @returns whether nothing of the pod is left. */
  async #end(): Promise<boolean> {
    this.#stopAll(this.pod.metadata.deletionGracePeriodSeconds)
    if (this.#isRunning) return false
    await tearDownVolumes(this.#volumes)
    this.#isMounted = false
    await this.#report()
    await this.#object.delete()
    this.#services.tokens.forget(this.pod.metadata.uid)
    await rm(this.#directory, { recursive: true, force: true })
    return true
  }

  #stopAll(graceSeconds: number | undefined): undefined {
    for (const container of this.#containers.values()) {
      container.stop(graceSeconds, `Stopping container ${container.name}`)
    }
  }

  async #report(): Promise<void> {
    if (!this.#isAbandoned) await this.#object.report(this.#status())
  }

  #status(): PodStatus {
    const records = [...this.#containers].map(([name, { record }]) => [name, record] as const)
    const isEnding = this.#isEnding || this.#verdict !== undefined
    const verdict =
      this.#verdict === undefined
        ? {}
        : { verdict: { reason: this.#verdict.reason, message: this.#verdict.message } }
    return podStatus(this.pod, {
      records: new Map(records),
      address: this.#services.node.address,
      hasSandbox: this.#isMounted,
      isEnding,
      ...verdict,
      startedAt: this.#startedAt,
      now: this.#services.now(),
    })
  }

  get #volumes(): string {
    return join(this.#directory, 'volumes')
  }

  get #mountServices(): Parameters<typeof setUpVolumes>[2] {
    const { client, tokens, node } = this.#services
    return { client, tokens, node }
  }

  #say(event: EventText): void {
    this.#services.events.record(podSubject(this.pod), event)
  }
}

function specsOf({ spec }: Pod): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers]
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const given = times.filter((time) => time !== undefined)
  return given.length === 0 ? undefined : Math.min(...given)
}
