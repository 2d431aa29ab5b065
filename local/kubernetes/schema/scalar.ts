import { canonicalQuantity } from './quantity.ts'
import type { ScalarShape } from './shape.ts'

/** A value the decoder refuses; the message is Go's own. */
export class DecodeProblem extends Error {
  override readonly name = 'DecodeProblem'
}

/** The text or number the API server would send back for a scalar it was sent. */
export function canonicalScalar(
  raw: unknown,
  shape: ScalarShape,
  mismatch: () => DecodeProblem,
): unknown {
  switch (shape.type) {
    case 'any':
      return shape.quantity ? quantity(raw, mismatch) : intOrString(raw, mismatch)
    case 'string':
      if (typeof raw !== 'string') throw mismatch()
      if (shape.format === 'byte') return base64(raw)
      return shape.format === 'date-time' ? time(raw, shape) : raw
    case 'integer':
      if (typeof raw !== 'number' || !Number.isInteger(raw) || !fits(raw, shape.format))
        throw mismatch()
      return raw
    case 'number':
      if (typeof raw !== 'number') throw mismatch()
      return raw
    default:
      if (typeof raw !== 'boolean') throw mismatch()
      return raw
  }
}

function fits(value: number, format: string | undefined): boolean {
  return format !== 'int32' || Math.abs(value) <= 0x7fff_ffff || value === -0x8000_0000
}

function quantity(raw: unknown, mismatch: () => DecodeProblem): string {
  if (typeof raw !== 'string' && typeof raw !== 'number') throw mismatch()
  const text = canonicalQuantity(String(raw))
  if (text === undefined) {
    throw new DecodeProblem(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    )
  }
  return text
}

function intOrString(raw: unknown, mismatch: () => DecodeProblem): unknown {
  if (typeof raw === 'string') return raw
  if (typeof raw !== 'number' || !Number.isInteger(raw)) throw mismatch()
  return raw
}

function base64(raw: string): string {
  const clean = raw.replaceAll(/[\r\n]/g, '')
  const wrong = /[^A-Za-z0-9+/=]/.exec(clean)
  const odd = clean.length % 4 !== 0
  if (wrong !== null || odd) {
    const place = wrong?.index ?? clean.length - (clean.length % 4)
    throw new DecodeProblem(`illegal base64 data at input byte ${place}`)
  }
  return clean
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** `Time` has whole seconds, `MicroTime` six digits; both in UTC. */
function time(raw: string, { micro }: ScalarShape): string {
  if (!RFC3339.test(raw) || Number.isNaN(Date.parse(raw))) {
    throw new DecodeProblem(
      `parsing time ${JSON.stringify(raw)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(raw)} as "2006"`,
    )
  }
  const utc = new Date(raw).toISOString().slice(0, 19)
  if (!micro) return `${utc}Z`
  const fraction = /\.(\d+)/.exec(raw)?.[1] ?? ''
  return `${utc}.${fraction.slice(0, 6).padEnd(6, '0')}Z`
}
