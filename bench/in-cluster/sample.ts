/** One worker pod, from the scheduler to the written item. */
export interface PodSample {
  /** From the scheduler's binding to the log line that says "written": image, sandbox, container and program. */
  readonly scheduledToWrittenMs: number
  /** From the start of the process to that line. */
  readonly startedToWrittenMs: number
  /** User and system time of the process. */
  readonly cpuMs: number
  /** Largest resident set. */
  readonly rssMiB: number
}

/**
 * @param scheduledAt Milliseconds since the Unix epoch.
 * @param log Of `kubectl logs --timestamps`, with the line of report.cjs.
 * @throws If a line is not there: the worker did not write.
 */
export function podSample(scheduledAt: number, log: string): PodSample {
  const written = /^(\S+) 6\/7 write +ok/m.exec(log)?.[1]
  const report = /^\S+ BENCH (.+)$/m.exec(log)?.[1]
  if (written === undefined || report === undefined) throw new Error(`nothing was written:\n${log}`)
  const { startedAt, cpuMs, rssMiB } = JSON.parse(report) as Record<string, number>
  const writtenAt = Date.parse(written)
  return {
    scheduledToWrittenMs: writtenAt - scheduledAt,
    startedToWrittenMs: writtenAt - (startedAt ?? Number.NaN),
    cpuMs: cpuMs ?? Number.NaN,
    rssMiB: rssMiB ?? Number.NaN,
  }
}
