import type { CommandContext } from './context.ts'

/** An object that was deleted and does not go by itself. */
export function reportTerminating(
  subject: string,
  reason: string,
  timeoutSeconds: number,
  { report }: CommandContext,
): void {
  const bounded = `${reason}; waiting up to ${timeoutSeconds} s`
  report({ event: 'object', subject, state: 'terminating', reason: bounded })
}
