const NANO = 1_000_000_000n
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const QUANTITY = /^([+-]?)(\d+)?(?:\.(\d*))?(?:([eE][+-]?\d+)|([A-Za-z]*))$/

/**
 * A resource quantity (`500m`, `128Mi`, `1.5`, `2e3`) in billionths, which is as fine as Kubernetes counts.
 *
 * @throws {TypeError} for anything else: the API server has checked it before.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function nanoQuantity(text: string): bigint {
  const [, sign, whole, fraction, exponent, suffix] = QUANTITY.exec(text) ?? []
  const digits = (whole ?? '') + (fraction ?? '')
  if (digits === '') throw new TypeError(`not a quantity: ${text}`)
  const scale =
    exponent === undefined ? suffixScale(suffix ?? '') : decimal(Number(exponent.slice(1)))
  if (scale === undefined) throw new TypeError(`not a quantity: ${text}`)
  const value = (BigInt(digits) * scale) / 10n ** BigInt(fraction?.length ?? 0)
  return sign === '-' ? -value : value
}

/** `value / divisor`, rounded up to a whole number, as the downward API gives it. */
export function divideUp(value: string, divisor: string): string {
  const by = nanoQuantity(divisor === '0' ? '1' : divisor)
  const quotient = nanoQuantity(value)
  return String((quotient + by - 1n) / by)
}

function suffixScale(suffix: string): bigint | undefined {
  const binary = BINARY.indexOf(suffix)
  if (binary >= 0) return NANO * 1024n ** BigInt(binary + 1)
  const exponent = DECIMAL[suffix]
  return exponent === undefined ? undefined : decimal(exponent)
}

/** Billionths in ten to the power of `exponent`; below 10⁻⁹ there is nothing left to count. */
function decimal(exponent: number): bigint {
  return exponent < -9 ? 0n : 10n ** BigInt(exponent + 9)
}
