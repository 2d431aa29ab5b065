import type { Container, Probe } from './pod.ts'
import type { Attempt, ProbeKind } from './probe.ts'
import { runProbe } from './prober.ts'
import type { Execute } from './prober.ts'

export interface ProbesHandlers {
  onAttempt(kind: ProbeKind, attempt: Attempt): void
  onReady(isReady: boolean): void
  onStarted(): void
  /** The container is to be stopped. */
  onUnhealthy(kind: 'Liveness' | 'Startup', probe: Probe): void
}

/**
 * Runs all of a container's probes until `signal` aborts. Liveness and readiness begin when the startup probe, if
 * there is one, has succeeded.
 */
export function runProbes(
  container: Container,
  given: { readonly address: string; readonly execute: Execute },
  handlers: ProbesHandlers,
  signal: AbortSignal,
): void {
  const run = (
    kind: ProbeKind,
    probe: Probe | undefined,
    onVerdict: (verdict: 'success' | 'failure', probe: Probe) => void,
  ) => {
    if (probe === undefined) return
    const own = {
      onAttempt: (attempt: Attempt) => handlers.onAttempt(kind, attempt),
      onVerdict: (verdict: 'success' | 'failure') => onVerdict(verdict, probe),
    }
    void runProbe(kind, probe, { container, ...given }, own, signal)
  }
  const runOthers = () => {
    run('Readiness', container.readinessProbe, (verdict) => handlers.onReady(verdict === 'success'))
    run('Liveness', container.livenessProbe, (verdict, probe) => {
      if (verdict === 'failure') handlers.onUnhealthy('Liveness', probe)
    })
  }
  if (container.startupProbe === undefined) runOthers()
  run('Startup', container.startupProbe, (verdict, probe) => {
    if (verdict === 'failure') handlers.onUnhealthy('Startup', probe)
    else {
      handlers.onStarted()
      runOthers()
    }
  })
}
