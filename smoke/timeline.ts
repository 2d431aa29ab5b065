import { momentOfEvent } from './event-moment.ts'

/** What `kubectl get pod -o json` says, as far as its times go. */
export interface TimedPod {
  readonly metadata: { readonly creationTimestamp: string; readonly uid?: string }
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly lastTransitionTime?: string
    }[]
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly running?: { readonly startedAt?: string }
        readonly terminated?: { readonly startedAt?: string }
      }
    }[]
  }
}

/** One event about the pod. Newer schedulers leave `eventTime` out; the event's name then tells when it was made. */
export interface TimedEvent {
  readonly metadata?: { readonly name: string }
  /** An earlier pod of the same name may have left events too. */
  readonly involvedObject?: { readonly uid?: string }
  readonly reason?: string
  readonly eventTime?: string | null
}

/** A moment known to lie between two times, in milliseconds since the epoch. */
interface Moment {
  readonly from: number
  readonly to: number
}

/** One link from the spec to "written": how long it took, known to lie between two bounds. */
export interface Link {
  readonly name: string
  readonly atLeastMs: number
  readonly atMostMs: number
}

/** Kubernetes writes its times without a fraction: the moment lies within that second. */
const ONE_SECOND_MS = 1_000

/** The worker's log line that ends each link; `kubectl logs --timestamps` puts the time before it. */
const LOG_LINKS = [
  { name: 'program started', line: /^keyless-cosmos / },
  { name: 'pod token read', line: /^2\/7 pod token\s+ok/ },
  { name: 'access token', line: /^4\/7 entra token\s+ok/ },
  { name: 'account read', line: /^5\/7 cosmos\s+ok/ },
  { name: 'written', line: /^6\/7 write\s+ok/ },
] as const

/**
 * How long each link took from the pod's creation to the written item.
 *
 * Creation, scheduling and container start are known to the second only (an event of the scheduler is finer); a
 * later link that is known better narrows an earlier one, because they happened in this order.
 *
 * @param log Of `kubectl logs --timestamps`.
 * @returns In order; links that left no trace are left out. The last one, `from spec to written`, is the whole.
 */
export function timeline(
  pod: TimedPod,
  events: readonly TimedEvent[],
  log: string,
): readonly Link[] {
  const moments = narrowed([...clusterMoments(pod, events), ...logMoments(log)])
  const links = moments.slice(1).flatMap(({ name, at }, index) => {
    const before = moments[index]
    return before ? [link(name, before.at, at)] : []
  })
  const [first, last] = [moments[0], moments.at(-1)]
  return first && last?.name === 'written'
    ? [...links, link('from spec to written', first.at, last.at)]
    : links
}

/** How long the links inside the worker took together: from its first line to "written". */
export function chainMs(links: readonly Link[]): number {
  const inside = new Set<string>(LOG_LINKS.slice(1).map(({ name }) => name))
  return links.reduce((sum, { name, atMostMs }) => sum + (inside.has(name) ? atMostMs : 0), 0)
}

/** One line per link, durations below each other. */
export function timelineLines(links: readonly Link[]): readonly string[] {
  const width = Math.max(0, ...links.map(({ name }) => name.length))
  return links.map((link) => `${link.name.padEnd(width)}  ${duration(link).padStart(14)}`)
}

interface NamedMoment {
  readonly name: string
  readonly at: Moment
}

function clusterMoments(pod: TimedPod, events: readonly TimedEvent[]): readonly NamedMoment[] {
  const condition = (type: string) =>
    pod.status?.conditions?.find((one) => one.type === type && one.status === 'True')
      ?.lastTransitionTime
  const [container] = pod.status?.containerStatuses ?? []
  const { uid } = pod.metadata
  const scheduled = events.find(
    ({ reason, involvedObject }) => reason === 'Scheduled' && (involvedObject?.uid ?? uid) === uid,
  )
  const started = container?.state?.terminated?.startedAt ?? container?.state?.running?.startedAt
  return [
    { name: 'created', at: moment(pod.metadata.creationTimestamp) },
    { name: 'scheduled', at: momentOf(scheduled) ?? moment(condition('PodScheduled')) },
    { name: 'container started', at: moment(started) },
  ].flatMap(({ name, at }) => (at ? [{ name, at }] : []))
}

function logMoments(log: string): readonly NamedMoment[] {
  const lines = log.split('\n').map((line) => {
    const blank = line.indexOf(' ')
    return { time: line.slice(0, blank), text: line.slice(blank + 1) }
  })
  return LOG_LINKS.flatMap(({ name, line }) => {
    const at = moment(lines.find(({ text }) => line.test(text))?.time)
    return at ? [{ name, at }] : []
  })
}

function momentOf(event: TimedEvent | undefined): Moment | undefined {
  const named = momentOfEvent(event?.metadata?.name ?? '')
  if (event?.eventTime || Number.isNaN(named)) return moment(event?.eventTime ?? undefined)
  return { from: Math.floor(named), to: Math.floor(named) }
}

/** A time with a fraction is exact to the millisecond; one without lies within its second. */
function moment(time: string | undefined): Moment | undefined {
  const from = time === undefined ? Number.NaN : Date.parse(time)
  if (Number.isNaN(from)) return undefined
  return { from, to: time?.includes('.') === true ? from : from + ONE_SECOND_MS }
}

function narrowed(moments: readonly NamedMoment[]): readonly NamedMoment[] {
  return moments.map(({ name, at }, index) => ({
    name,
    at: {
      from: Math.max(...moments.slice(0, index + 1).map((one) => one.at.from)),
      to: Math.min(at.to, ...moments.slice(index).map((one) => one.at.to)),
    },
  }))
}

function link(name: string, before: Moment, at: Moment): Link {
  return {
    name,
    atLeastMs: Math.max(0, at.from - before.to),
    atMostMs: Math.max(0, at.to - before.from),
  }
}

function duration({ atLeastMs, atMostMs }: Link): string {
  if (atLeastMs === atMostMs) return `${seconds(atMostMs)} s`
  return atLeastMs === 0
    ? `at most ${seconds(atMostMs)} s`
    : `${seconds(atLeastMs)}–${seconds(atMostMs)} s`
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2)
}
