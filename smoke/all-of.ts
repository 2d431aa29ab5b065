/**
 * Waits for all of them, and only then complains: about everything that failed.
 *
 * @throws The one error, or an `AggregateError` of all, in the order of the work.
 */
export async function allOf<T extends readonly unknown[]>(
  ...work: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  const results = await Promise.allSettled(work)
  throwAll(results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])))
  return Promise.all(work)
}

/** An abort ends several things with one and the same reason: that is one error. */
export function throwAll(errors: readonly unknown[]): void {
  const [first, ...others] = new Set(errors)
  if (others.length > 0) throw new AggregateError([first, ...others])
  if (errors.length > 0) throw first
}
