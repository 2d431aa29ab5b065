import { createInterface } from 'node:readline/promises'

/**
 * Asks a question of yes or no on the terminal. Anything but y or yes is a no, also the end of the input and Ctrl-C.
 *
 * @param signal Ends the waiting; the answer is then no.
 */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  // stdout is the product: the question is talk
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<string>((resolve) => {
    lines.once('close', () => resolve(''))
  })
  // In a terminal in raw mode Ctrl-C is a key, not a signal to this process.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const answered = lines.question(question, { signal }).catch(() => '')
    const answer = await Promise.race([answered, closed])
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}
