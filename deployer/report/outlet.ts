/** Collects what is said in one turn of the event loop, so that a thousand lines are one call of the system, not as many. */
export interface Outlet {
  /** The same as `write`, a moment later; what goes to several of them keeps its order. */
  readonly through: (write: (text: string) => void) => (text: string) => void
  /** Writes what is still held. */
  readonly flush: () => void
}

/** @param later Calls back once the present turn has ended, such as `queueMicrotask`. */
export function createOutlet(later: (flush: () => void) => void): Outlet {
  let held: { readonly write: (text: string) => void; text: string }[] = []
  const flush = () => {
    const parts = held
    held = []
    for (const { write, text } of parts) write(text)
  }
  return {
    flush,
    through: (write) => (text) => {
      if (held.length === 0) later(flush)
      const last = held.at(-1)
      if (last?.write === write) last.text += text
      else held.push({ write, text })
    },
  }
}
