import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { raise } from './back-off.ts'
import type { BackOff } from './back-off.ts'
import type { ContainerLog } from './container-log.ts'
import { runProbes } from './container-probes.ts'
import { terminatedState } from './container-status.ts'
import type { ContainerRecord, Run, RunEnd } from './container-status.ts'
import { podSubject } from './events.ts'
import type { EventText } from './events.ts'
import { executeIn, startFailure } from './execute.ts'
import type { Image } from './image.ts'
import type { Held, ImagePuller } from './image-puller.ts'
import { containerPlaces, launchFailure, prepareLaunch, resetPlaces } from './launch.ts'
import type { ContainerPlaces, Launch } from './launch.ts'
import type { LogOptions } from './logs.ts'
import { podAddress } from './pod-address.ts'
import { podLabel } from './pod.ts'
import type { Container, Pod, Probe, RestartPolicy } from './pod.ts'
import { probeEvent } from './probe.ts'
import type { RunningProcess } from './process-groups.ts'
import { restartDecision } from './restart.ts'
import { RunLogs } from './run-logs.ts'
import type { NodeServices } from './services.ts'
import { terminationMessage } from './termination.ts'

/** What a container shares with the others of its pod. */
export interface PodContext {
  readonly services: NodeServices
  readonly puller: ImagePuller
  readonly directory: string
  /** The pod as last seen. */
  pod(): Pod
  /** Something changed: the pod is to be looked at again. */
  poke(): void
}

/** Always give a container this long between SIGTERM and SIGKILL, as the kubelet does. */
const LEAST_GRACE_SECONDS = 2
const DEFAULT_GRACE_SECONDS = 30

/** One container of a pod over all its runs: what is known of it, and the process while it runs. */
export class ManagedContainer {
  readonly name: string
  readonly #context: PodContext
  readonly #places: ContainerPlaces
  readonly #logs: RunLogs
  #container: Container
  #record: ContainerRecord
  #process: RunningProcess | undefined
  #backOff: BackOff | undefined
  #lastBackOffEvent = -Infinity
  #isStopping = false
  #isReplaced = false

  constructor(container: Container, record: ContainerRecord, context: PodContext) {
    this.name = container.name
    this.#container = container
    this.#record = record
    this.#context = context
    this.#places = containerPlaces(context.directory, container.name)
    this.#logs = new RunLogs(this.#places.logs, context.services.now)
  }

  get record(): ContainerRecord {
    return this.#record
  }

  get isRunning(): boolean {
    return this.#process !== undefined
  }

  /** Set while the pod's own change asks for a new run, whatever the restart policy says. */
  get isReplaced(): boolean {
    return this.#isReplaced
  }

  /** Takes over a change of the pod; of a container only the image can change. */
  update(container: Container): void {
    const isOther = container.image !== this.#container.image
    this.#container = container
    if (!isOther || this.#process === undefined) return
    this.#isReplaced = true
    this.stop(undefined, `Container ${this.name} definition changed, will be restarted`)
  }

  /**
   * Starts the container if the policy says so and nothing holds it back.
   *
   * @returns when to look again, in milliseconds since the epoch; undefined if only an event can change anything.
   */
  async advance(policy: RestartPolicy): Promise<number | undefined> {
    if (this.#process !== undefined) return undefined
    const { services } = this.#context
    const now = services.now()
    const ended = this.#record.run?.end
    const given = { backOff: this.#backOff, limits: services.timing.restart, now }
    const decision = restartDecision(this.#isReplaced ? 'Always' : policy, ended, given)
    if (decision.action === 'done') return undefined
    if (decision.action === 'hold') return this.#holdBack(decision, now)
    if (ended !== undefined) {
      this.#backOff = raise(this.#backOff, given.limits, { at: ended.finishedAt, now })
    }
    return this.#start(now)
  }

  /** SIGTERM now, SIGKILL after the grace; `message` is for the Killing event, which is told once. */
  stop(graceSeconds: number | undefined, message: string): void {
    if (this.#process === undefined) return
    const { terminationGracePeriodSeconds } = this.#context.pod().spec
    const grace = graceSeconds ?? terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS
    if (!this.#isStopping) this.#say({ type: 'Normal', reason: 'Killing', message })
    this.#isStopping = true
    this.#process.stop(Math.max(grace, LEAST_GRACE_SECONDS) * 1000)
  }

  /**
   * The log of the present run, or of the one before; undefined if it is not there.
   *
   * @param options.previous Of a container that waits for its restart, the present run is already the previous one.
   */
  readLog(options: LogOptions, signal: AbortSignal): AsyncGenerator<string> | undefined {
    const { restartCount, run, waiting } = this.#record
    const isWaiting = run?.end !== undefined && waiting !== undefined
    const number = options.previous && !isWaiting ? restartCount - 1 : restartCount
    return this.#logs.has(number) ? this.#logs.read(number, options, signal) : undefined
  }

  #holdBack(
    { until, delay }: { readonly until: number; readonly delay: string },
    now: number,
  ): number {
    const { services } = this.#context
    const label = podLabel(this.#context.pod())
    const message = `back-off ${delay} restarting failed container=${this.name} pod=${label}`
    this.#record = { ...this.#record, waiting: { reason: 'CrashLoopBackOff', message } }
    if (now - this.#lastBackOffEvent >= services.timing.retryMs) {
      this.#lastBackOffEvent = now
      const text = `Back-off restarting failed container ${this.name} in pod ${label}`
      this.#say({ type: 'Warning', reason: 'BackOff', message: text })
    }
    return Math.min(until, now + services.timing.retryMs)
  }

  async #start(now: number): Promise<number | undefined> {
    const { services, puller } = this.#context
    const image = puller.ensure(this.#container, now, (event) => this.#say(event))
    if ('waiting' in image) return this.#hold(image)
    try {
      const given = { places: this.#places, services }
      const launch = await prepareLaunch(this.#context.pod(), this.#container, image, given)
      await resetPlaces(this.#places, launch)
      await this.#launch(image, launch)
      return undefined
    } catch (error) {
      const waiting = launchFailure(error)
      if (waiting === undefined) throw error
      this.#say({ type: 'Warning', reason: 'Failed', message: `Error: ${waiting.message}` })
      return this.#hold({ waiting, retryAt: now + services.timing.retryMs })
    }
  }

  #hold({ waiting, retryAt }: Held): number {
    this.#record = { ...this.#record, waiting }
    return retryAt
  }

  async #launch(image: Image, launch: Launch): Promise<void> {
    const { services } = this.#context
    const { run: before, restartCount: count } = this.#record
    const restartCount = before === undefined ? count : count + 1
    const log = await this.#logs.begin(restartCount)
    const run: Run = { ...identity(image), image: image.name, startedAt: services.now() }
    const previous =
      before?.end === undefined ? {} : { previous: terminatedState(before, before.end) }
    this.#say({ type: 'Normal', reason: 'Created', message: 'Container created' })
    this.#isReplaced = false
    try {
      const onOutput = (stream: 'stdout' | 'stderr', chunk: Buffer) => log.write(stream, chunk)
      const process = await services.processes.start({ ...launch, onOutput })
      this.#process = process
      this.#isStopping = false
      const { startupProbe, readinessProbe } = this.#container
      const started = startupProbe === undefined
      const ready = started && readinessProbe === undefined
      this.#record = { restartCount, run, ...previous, started, ready }
      this.#say({ type: 'Normal', reason: 'Started', message: 'Container started' })
      this.#watch(process, { run, launch, log })
    } catch (error) {
      log.end()
      this.#startFailed({ restartCount, run, ...previous }, startFailure(error, launch))
    }
    this.#context.poke()
  }

  /** The container was made, but its program could not be run: it counts as ended, with the runtime's own code. */
  #startFailed(record: Pick<ContainerRecord, 'restartCount' | 'run'>, message: string): void {
    const finishedAt = this.#context.services.now()
    const end = { exitCode: 128, reason: 'StartError', message, finishedAt }
    const run = record.run === undefined ? {} : { run: { ...record.run, startedAt: 0, end } }
    const waiting = { reason: 'RunContainerError', message }
    this.#record = { ...record, ...run, waiting, ready: false, started: false }
    this.#say({ type: 'Warning', reason: 'Failed', message: `Error: ${message}` })
  }

  #watch(
    process: RunningProcess,
    {
      run,
      launch,
      log,
    }: { readonly run: Run; readonly launch: Launch; readonly log: ContainerLog },
  ): void {
    const { services } = this.#context
    const probes = new AbortController()
    runProbes(
      this.#container,
      {
        address: podAddress(this.#context.pod(), services.node.address),
        execute: executeIn(launch, services.processes),
      },
      {
        onAttempt: (kind, attempt) => {
          const event = probeEvent(kind, attempt)
          if (event !== undefined) this.#say({ type: 'Warning', ...event })
        },
        onReady: (ready) => this.#change({ ready }),
        onStarted: () =>
          this.#change({ started: true, ready: this.#container.readinessProbe === undefined }),
        onUnhealthy: (kind, probe) => this.#stopUnhealthy(kind, probe),
      },
      probes.signal,
    )
    const finish = () => {
      probes.abort()
      log.end()
    }
    void this.#afterExit(process, run, finish)
  }

  async #afterExit(process: RunningProcess, run: Run, finish: () => void): Promise<void> {
    const exitCode = await process.exited
    finish()
    const end = await this.#endOf(exitCode)
    const { waiting: _, ...record } = this.#record
    this.#record = { ...record, run: { ...run, end }, ready: false, started: false }
    this.#process = undefined
    this.#context.poke()
  }

  #change(change: Partial<Pick<ContainerRecord, 'ready' | 'started'>>): void {
    const isSame = Object.entries(change).every(
      ([key, value]) => this.#record[key as 'ready' | 'started'] === value,
    )
    if (isSame) return
    this.#record = { ...this.#record, ...change }
    this.#context.poke()
  }

  #stopUnhealthy(kind: 'Liveness' | 'Startup', probe: Probe): void {
    const { restartPolicy } = this.#context.pod().spec
    const end = restartPolicy === 'Never' ? '' : ', will be restarted'
    const message = `Container ${this.name} failed ${kind.toLowerCase()} probe${end}`
    this.stop(probe.terminationGracePeriodSeconds, message)
  }

  async #endOf(exitCode: number): Promise<RunEnd> {
    const finishedAt = this.#context.services.now()
    const file = await readFile(this.#places.message).catch(() => Buffer.alloc(0))
    const policy = this.#container.terminationMessagePolicy
    const message = terminationMessage(file, {
      exitCode,
      policy,
      log: await this.#logs.lastLines(),
    })
    return { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message, finishedAt }
  }

  #say(event: EventText): void {
    this.#context.services.events.record(podSubject(this.#context.pod(), this.name), event)
  }
}

/** A container has a new id for each run; an image has the same id as long as it stands for the same command. */
function identity({ command }: Image): { readonly containerId: string; readonly imageId: string } {
  const digest = createHash('sha256').update(JSON.stringify(command)).digest('hex')
  return {
    containerId: `process://${randomBytes(32).toString('hex')}`,
    imageId: `sha256:${digest}`,
  }
}
