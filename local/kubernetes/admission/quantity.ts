import { canonicalQuantity, quantityMilli } from '../schema/quantity.ts'

/** An amount such as `250m` or `64Mi` that can be added and compared. */
export interface Quantity {
  /** Thousandths. */
  readonly milli: bigint
  /** Whether it is written back as `64Mi` rather than `64M`. */
  readonly binary: boolean
}

/** By resource name, `cpu` or `count/pods`. */
export type Quantities = Readonly<Record<string, Quantity>>

export const ZERO: Quantity = { milli: 0n, binary: false }

/** A plain number of things. */
export function count(amount: number): Quantity {
  return { milli: BigInt(amount) * 1000n, binary: false }
}

/** @throws {TypeError} if the text is none: validation comes before admission. */
export function parseQuantity(value: string | number): Quantity {
  const text = String(value)
  const milli = quantityMilli(text)
  if (milli === undefined) throw new TypeError(`not a quantity: ${text}`)
  return { milli, binary: text.endsWith('i') }
}

/** The canonical text: `1500m`, `2`, `64Mi`. */
export function formatQuantity({ milli, binary }: Quantity): string {
  const whole = milli / 1000n
  const text =
    binary && milli % 1_024_000n === 0n
      ? canonicalQuantity(`${whole / 1024n}Ki`)
      : canonicalQuantity(`${milli}m`)
  return text ?? `${milli}m`
}

/** Sums by name. */
export function addQuantities(a: Quantities, b: Quantities): Quantities {
  return combine(a, b, (x, y) => x + y)
}

/** The larger of each. */
export function maxQuantities(a: Quantities, b: Quantities): Quantities {
  return combine(a, b, (x, y) => (x > y ? x : y))
}

/** `cpu=1,memory=64Mi`, by name. */
export function describeQuantities(quantities: Quantities): string {
  return Object.entries(quantities)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, quantity]) => `${name}=${formatQuantity(quantity)}`)
    .join(',')
}

function combine(
  a: Quantities,
  b: Quantities,
  merge: (x: bigint, y: bigint) => bigint,
): Quantities {
  const result: Record<string, Quantity> = { ...a }
  for (const [name, quantity] of Object.entries(b)) {
    const present = result[name] ?? ZERO
    // A sum is written like its first part that is not zero.
    const { binary } = present.milli === 0n ? quantity : present
    result[name] = { milli: merge(present.milli, quantity.milli), binary }
  }
  return result
}
