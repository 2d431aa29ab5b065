import * as z from 'zod/mini'
import { scheduleProblem } from './cron.ts'

/** What the worker runs as. */
export type WorkloadKind = (typeof KINDS)[number]

const KINDS = ['Pod', 'Job', 'Deployment', 'CronJob'] as const

/** Each kind's folder under `manifests/workloads/`; the Pod is `manifests/40-pod.yaml`, in the default set. */
export const WORKLOAD_FOLDERS: Readonly<Record<Exclude<WorkloadKind, 'Pod'>, string>> = {
  Job: 'job',
  Deployment: 'deployment',
  CronJob: 'cron-job',
}

/** Keys that one kind alone has. */
const KEYS_BY_KIND: Readonly<Record<WorkloadKind, readonly string[]>> = {
  Pod: [],
  Job: [],
  Deployment: ['replicas', 'intervalSeconds', 'healthPort'],
  CronJob: ['schedule', 'timeZone'],
}

const number = (what: string, low: number, high: number) => {
  const error = `expected ${what} from ${low} to ${high}`
  return z.optional(z.int({ error }).check(z.minimum(low, { error }), z.maximum(high, { error })))
}

/** `workload` of an environment file; what it leaves out is as the manifest has it. */
export const workloadSchema = z.strictObject({
  kind: z.enum(KINDS, { error: `expected ${KINDS.join(', ')}` }),
  /** Deployment */
  replicas: number('a whole number of replicas', 1, 100),
  /** Deployment: one item each. The limit is the worker's. */
  intervalSeconds: number('a whole number of seconds', 1, 86_400),
  /** Deployment: where the probes ask. */
  healthPort: number('a port', 1_024, 65_535),
  /** CronJob */
  schedule: z.optional(z.string({ error: 'expected a cron schedule such as "*/15 * * * *"' })),
  /** CronJob: IANA name. */
  timeZone: z.optional(
    z
      .string({ error: 'expected a time zone such as Etc/UTC' })
      .check(
        z.refine(isTimeZone, { error: 'expected a time zone such as Etc/UTC or Europe/Berlin' }),
      ),
  ),
})

export type Workload = z.infer<typeof workloadSchema>

/** The kind an environment asks for: a Pod unless it says otherwise. */
export function workloadKind({
  workload,
}: {
  readonly workload?: Workload | undefined
}): WorkloadKind {
  return workload?.kind ?? 'Pod'
}

/** What does not fit together, one line each: a key of another kind, a schedule that is none. */
export function workloadProblems(raw: unknown): readonly string[] {
  if (typeof raw !== 'object' || raw === null) return []
  const { kind, schedule } = raw as Readonly<Record<string, unknown>>
  const known = KINDS.find((one) => one === kind)
  if (known === undefined) return []
  return [
    ...Object.entries(KEYS_BY_KIND).flatMap(([owner, keys]) =>
      owner === known
        ? []
        : keys
            .filter((key) => key in raw)
            .map((key) => `workload.${key}: only for kind ${owner}, not for ${known}; remove it`),
    ),
    ...(typeof schedule === 'string' ? problemOf(schedule) : []),
  ]
}

function problemOf(schedule: string): readonly string[] {
  const problem = scheduleProblem(schedule)
  return problem === undefined ? [] : [`workload.schedule: ${problem}`]
}

function isTimeZone(name: string): boolean {
  try {
    // `Local` and offsets are no names for Kubernetes
    return /^[A-Za-z]/.test(name) && Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}
