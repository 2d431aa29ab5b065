const MOST_BYTES = 4096
const MOST_LOG_BYTES = 2048

/** How many lines of the log stand in for a missing termination message. */
export const FALLBACK_LINES = 80

/**
 * The message of an ended container: the last 4096 bytes of its file or, with `FallbackToLogsOnError`, when that is
 * empty and it failed, the last 2048 bytes of its last 80 log lines.
 *
 * @param file What the file at `terminationMessagePath` holds; empty if it is not there.
 * @param log The last 80 lines of the log, as written.
 * @see https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export function terminationMessage(
  file: Buffer,
  given: { readonly exitCode: number; readonly policy: string | undefined; readonly log: string },
): string {
  if (file.length > 0) return file.subarray(-MOST_BYTES).toString('utf8')
  if (given.policy !== 'FallbackToLogsOnError' || given.exitCode === 0) return ''
  return Buffer.from(given.log).subarray(-MOST_LOG_BYTES).toString('utf8')
}
