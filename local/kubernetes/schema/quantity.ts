/**
 * A resource quantity as an exact number of thousandths (milli units), or undefined if the text is none.
 * Smaller parts are rounded up, as the API server does for what it compares.
 */
export function quantityMilli(text: string): bigint | undefined {
  const parsed = parse(text)
  if (parsed === undefined) return undefined
  const { mantissa, scale10, factor } = parsed
  const exponent = scale10 + 3
  const value = mantissa * factor
  if (exponent >= 0) return value * 10n ** BigInt(exponent)
  const divisor = 10n ** BigInt(-exponent)
  return value >= 0n ? (value + divisor - 1n) / divisor : value / divisor
}

/**
 * The canonical text: `0.5` becomes `500m`, `1024Ki` becomes `1Mi`, `1e3` stays `1e3`.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
 */
export function canonicalQuantity(text: string): string | undefined {
  const parsed = parse(text)
  if (parsed === undefined) return undefined
  const { mantissa, scale10, factor, format } = parsed
  if (mantissa === 0n) return '0'
  if (format === 'binary') return canonicalBinary(mantissa * factor, scale10)
  return canonicalDecimal(mantissa, scale10, format)
}

type Format = 'binary' | 'decimal' | 'exponent'

interface Parsed {
  readonly mantissa: bigint
  /** Power of ten the mantissa is multiplied by. */
  readonly scale10: number
  /** 1024ⁿ for binary suffixes, 1 otherwise. */
  readonly factor: bigint
  readonly format: Format
}

const SHAPE = /^([+-]?)(\d+\.?\d*|\.\d+)(|[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)$/
const DECIMAL: readonly string[] = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

function parse(text: string): Parsed | undefined {
  const match = SHAPE.exec(text)
  if (match === null) return undefined
  const [, sign = '', digits = '', suffix = ''] = match
  const [whole = '', fraction = ''] = digits.split('.')
  const unsigned = BigInt(`${whole}${fraction}` || '0')
  const mantissa = sign === '-' ? -unsigned : unsigned
  const fractionScale = -fraction.length
  const binary = suffix.endsWith('i') ? BINARY.indexOf(suffix) : 0
  if (binary > 0)
    return { mantissa, scale10: fractionScale, factor: 1024n ** BigInt(binary), format: 'binary' }
  if (/^[eE][+-]?\d/.test(suffix)) {
    return {
      mantissa,
      scale10: fractionScale + Number(suffix.slice(1)),
      factor: 1n,
      format: 'exponent',
    }
  }
  return {
    mantissa,
    scale10: fractionScale + (DECIMAL.indexOf(suffix) - 3) * 3,
    factor: 1n,
    format: 'decimal',
  }
}

function canonicalBinary(value: bigint, scale10: number): string {
  if (scale10 < 0) {
    const divisor = 10n ** BigInt(-scale10)
    // A fraction that is not whole bytes loses the binary form, as in Go
    if (value % divisor !== 0n) return canonicalDecimal(value, scale10, 'decimal')
    return canonicalBinary(value / divisor, 0)
  }
  let step = 0
  let rest = value
  while (step < BINARY.length - 1 && rest % 1024n === 0n) {
    rest /= 1024n
    step += 1
  }
  return `${rest}${BINARY[step] ?? ''}`
}

function canonicalDecimal(mantissa: bigint, scale10: number, format: Format): string {
  let digits = mantissa
  let scale = scale10
  while (digits % 10n === 0n) {
    digits /= 10n
    scale += 1
  }
  if (scale < -9) {
    const divisor = 10n ** BigInt(-9 - scale)
    digits = digits / divisor + (digits % divisor === 0n ? 0n : 1n)
    scale = -9
  }
  const power = Math.floor(scale / 3) * 3
  digits *= 10n ** BigInt(scale - power)
  if (format === 'exponent') return power === 0 ? `${digits}` : `${digits}e${power}`
  const suffix = DECIMAL[power / 3 + 3]
  return suffix === undefined ? `${digits}e${power}` : `${digits}${suffix}`
}
