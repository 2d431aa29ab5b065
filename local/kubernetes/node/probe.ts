import type { Container, Probe } from './pod.ts'

export type ProbeKind = 'Liveness' | 'Readiness' | 'Startup'

/** An attempt that shows something; the text of a failure is what the event says. */
export type Outcome =
  | { readonly ok: true; readonly warning?: string }
  | { readonly ok: false; readonly output: string }

/** One attempt; an error is told, but counts neither way. */
export type Attempt = Outcome | { readonly error: string }

/** Equal attempts in a row. */
export interface Streak {
  readonly ok: boolean
  readonly length: number
}

/** The streak after one more attempt. */
export function lengthen(streak: Streak | undefined, { ok }: Outcome): Streak {
  return { ok, length: streak?.ok === ok ? streak.length + 1 : 1 }
}

/**
 * What the streak proves, or undefined while it is below the probe's threshold.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes
 */
export function verdict(probe: Probe, streak: Streak): 'success' | 'failure' | undefined {
  const { successThreshold = 1, failureThreshold = 3 } = probe
  if (streak.length < (streak.ok ? successThreshold : failureThreshold)) return undefined
  return streak.ok ? 'success' : 'failure'
}

/** What a container is before its first probe: alive, but not ready and not started. */
export function initially(kind: ProbeKind): boolean {
  return kind === 'Liveness'
}

/** The event of a failed or doubtful attempt. */
export function probeEvent(
  kind: ProbeKind,
  attempt: Attempt,
): { readonly reason: 'Unhealthy' | 'ProbeWarning'; readonly message: string } | undefined {
  if ('error' in attempt) {
    const message = `${kind} probe errored and resulted in unknown state: ${attempt.error}`
    return { reason: 'Unhealthy', message }
  }
  if (!attempt.ok) {
    return { reason: 'Unhealthy', message: `${kind} probe failed: ${attempt.output}` }
  }
  if (attempt.warning === undefined) return undefined
  return { reason: 'ProbeWarning', message: `${kind} probe warning: ${attempt.warning}` }
}

/** An HTTP answer as a probe sees it: 200–399 is good, and a redirect that was not followed is doubtful. */
export function httpAttempt(status: number, body: string): Outcome {
  if (status < 200 || status >= 400) {
    return { ok: false, output: `HTTP probe failed with statuscode: ${status}` }
  }
  if (status < 300) return { ok: true }
  return { ok: true, warning: `Probe terminated redirects, Response body: ${body}` }
}

/** The number of a probe's port, which may be the name of one of the container's; undefined if there is none. */
export function probePort(
  port: number | string,
  { ports = [] }: Pick<Container, 'ports'>,
): number | undefined {
  if (typeof port === 'number') return port
  return ports.find(({ name }) => name === port)?.containerPort
}
