import { DeployError, isFailure } from './errors.ts'
import type { ErrorCode } from './errors.ts'

/** What the API server says about one object; everything else would be the same for all of them. */
const ABOUT_ONE: readonly ErrorCode[] = ['ERR_INVALID', 'ERR_ADMISSION']
const MOST_SHOWN = 20

/** Whether an error is a refusal of one object, so that the others are worth asking about. */
export function isRefusal(error: unknown): error is DeployError {
  return isFailure(error, ...ABOUT_ONE)
}

/** Several refusals as one error, so that a reader can mend everything before the next run. */
export function allRefusals(errors: readonly [DeployError, ...DeployError[]]): DeployError {
  const [first, ...others] = errors
  if (others.length === 0) return first
  const more = errors.length - MOST_SHOWN
  const messages = [
    ...errors.slice(0, MOST_SHOWN).map(({ message }) => message),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
  const hints = new Set(errors.flatMap(({ hint }) => hint ?? []))
  return new DeployError(first.code, messages.join('\n'), {
    ...(hints.size > 0 ? { hint: [...hints].join('; ') } : {}),
    cause: first,
  })
}
