import { heldUntil, raise } from './back-off.ts'
import type { BackOff } from './back-off.ts'
import type { EventText } from './events.ts'
import { imageVerdict } from './image.ts'
import type { Image, ImageTable } from './image.ts'
import type { Container } from './pod.ts'
import type { Timing } from './services.ts'

/** Why a container cannot start now, and when to look again (milliseconds since the epoch). */
export interface Held {
  readonly waiting: { readonly reason: string; readonly message: string }
  readonly retryAt: number
}

/** A first look after a failed pull comes soon, so that the back-off shows. */
const SOON_MS = 1000

interface Failure {
  readonly backOff: BackOff
  readonly message: string
}

/**
 * The images of one pod: pull policy, failures and their back-off, each with the kubelet's events.
 */
export class ImagePuller {
  readonly #images: ImageTable
  readonly #timing: Timing
  readonly #failures = new Map<string, Failure>()

  constructor(images: ImageTable, timing: Timing) {
    this.#images = images
    this.#timing = timing
  }

  /** The container's image, or why there is none. */
  ensure(container: Container, now: number, say: (event: EventText) => void): Image | Held {
    const verdict = imageVerdict(container, this.#images)
    const hold = (reason: string, message: string, retryAt = now + this.#timing.retryMs): Held => {
      say(warning('Failed', `Error: ${reason}`))
      return { waiting: { reason, message }, retryAt }
    }
    switch (verdict.kind) {
      case 'present':
        say({ type: 'Normal', reason: 'Pulled', message: verdict.event })
        return verdict.image
      case 'pulled':
        this.#sayPulled(verdict.requested, say)
        return verdict.image
      case 'invalid':
        say(warning('InspectFailed', verdict.message))
        return hold('InvalidImageName', verdict.message)
      case 'never':
        say(warning('ErrImageNeverPull', verdict.message))
        return hold('ErrImageNeverPull', verdict.message)
      default:
        return this.#fail(verdict, now, say, hold)
    }
  }

  /** Nothing is really fetched: the size is that of a table entry, none. */
  #sayPulled(requested: string, say: (event: EventText) => void): void {
    say({ type: 'Normal', reason: 'Pulling', message: `Pulling image "${requested}"` })
    const took = '0s (0s including waiting)'
    const message = `Successfully pulled image "${requested}" in ${took}. Image size: 0 bytes.`
    say({ type: 'Normal', reason: 'Pulled', message })
  }

  #fail(
    { requested, error }: { readonly requested: string; readonly error: string },
    now: number,
    say: (event: EventText) => void,
    hold: (reason: string, message: string, retryAt: number) => Held,
  ): Held {
    const before = this.#failures.get(requested)
    const limits = this.#timing.pull
    const until = before && heldUntil(before.backOff, limits, { at: before.backOff.since, now })
    if (before !== undefined && until !== undefined) {
      const message = `Back-off pulling image "${requested}"`
      say({ type: 'Normal', reason: 'BackOff', message })
      const retryAt = Math.min(until, now + this.#timing.retryMs)
      return hold('ImagePullBackOff', `${message}: ErrImagePull: ${before.message}`, retryAt)
    }
    say({ type: 'Normal', reason: 'Pulling', message: `Pulling image "${requested}"` })
    say(warning('Failed', `Failed to pull image "${requested}": ${error}`))
    const backOff = raise(before?.backOff, limits, { at: now, now })
    this.#failures.set(requested, { backOff, message: error })
    return hold('ErrImagePull', error, now + Math.min(SOON_MS, backOff.delayMs / 2))
  }
}

function warning(reason: string, message: string): EventText {
  return { type: 'Warning', reason, message }
}
