/** What is known about a store that does not work. */
interface Trouble {
  /** What is wrong, as the end of a sentence: `connection refused`. Never holds an address or a key. */
  readonly reason: string
  /** What to do about it. */
  readonly next: string
  /** Whether waiting may help: an emulator that starts refuses connections for a while. */
  readonly mayPass: boolean
  readonly cause?: unknown
}

/** The emulator cannot be used; the message says where, why, and the next thing to try. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly code = 'ERR_STORE'
  readonly reason: string
  readonly next: string
  readonly mayPass: boolean

  /** @param subject `emulator http://HOST:PORT`, or what was given for it. */
  constructor(subject: string, { reason, next, mayPass, cause }: Trouble) {
    super(`${subject}: ${reason}; ${next}`, cause === undefined ? undefined : { cause })
    this.reason = reason
    this.next = next
    this.mayPass = mayPass
  }
}
