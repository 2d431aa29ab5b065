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
  const second = await errorOf(after(first !== undefined))
  if (first && second) throw new AggregateError([first.error, second.error])
  const failed = first ?? second
  if (failed) throw failed.error
}

async function errorOf(work: Promise<void>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return { error }
  }
}
