/** Lets one loop sleep until it is woken or its time has come; a wake before the sleep is not lost. */
export class Waker {
  #isAwake = false
  #resolve: (() => void) | undefined

  wake(): void {
    this.#isAwake = true
    this.#resolve?.()
  }

  /** @param ms Milliseconds at most; undefined for as long as it takes. */
  async sleep(ms: number | undefined): Promise<void> {
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
        if (ms === undefined) return
        const timer = setTimeout(resolve, Math.min(Math.max(ms, 0), LONGEST_MS))
        this.#resolve = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#isAwake = false
    this.#resolve = undefined
  }
}

/** A timer cannot be set for longer. */
const LONGEST_MS = 2 ** 31 - 1
