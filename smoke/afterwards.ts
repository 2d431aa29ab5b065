import { throwAll } from './all-of.ts'

/**
 * Runs `work`, and then `after` whatever came of it: unlike `finally`, no error hides another.
 *
 * @param after Told whether `work` failed.
 * @throws What either threw, or an `AggregateError` of both.
 */
export async function withAfterwards(
  work: () => Promise<void>,
  after: (failed: boolean) => Promise<void>,
): Promise<void> {
  const first = await errorOf(work())
  throwAll([...first, ...(await errorOf(after(first.length > 0)))])
}

async function errorOf(work: Promise<void>): Promise<readonly unknown[]> {
  try {
    await work
    return []
  } catch (error) {
    return [error]
  }
}
