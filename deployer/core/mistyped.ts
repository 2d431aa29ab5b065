/** As kubectl takes it, and the API server writes where a value stands that the type does not allow. */
const NO_TEXT = /(\S+): expected string, got &value\.valueUnstructured\{Value:[^{}"]*\}/g
const NO_NUMBER = /(\S+): expected numeric \(int or float\), got string/g
const NO_BOOLEAN = /(\S+): expected boolean, got /g
const NO_FIELD = /(\S+): field not declared in schema/g
const TWICE = /(\S+): duplicate entries for key \[([^\]]*)\]/g
/** A dry run of a creation names the type of Go that the value did not fit. */
const DECODED = /cannot unmarshal (\w+) into Go struct field (\S+) of type (\w+)/

/** Keys below these are names of users, which may hold dots. */
const OPEN_MAP =
  /\.(?:data|stringData|labels|annotations|matchLabels|nodeSelector|parameters)\.(.+)$/

/**
 * How to write what an API server refuses for its type, its name or being there twice, from its own sentence; undefined if it says nothing
 * about any of these.
 *
 * The value itself is not repeated: it may be a secret, and `1.10` has become `1.1` by now.
 *
 * @example `.data.PORT: expected string, got &value.valueUnstructured{Value:8080}` → `quote what the file has: PORT`
 */
export function mistypedHint(message: string): string | undefined {
  const twice = [...message.matchAll(TWICE)].map(
    ([, path = '', key = '']) => `${keyOf(path)} ${key}`,
  )
  const hints = [
    ...namesIn(message, NO_TEXT, 'quote it as it stands in the file, so that it is text'),
    ...namesIn(message, NO_NUMBER, 'write a number, without quotes'),
    ...namesIn(message, NO_BOOLEAN, 'write true or false, without quotes'),
    ...namesIn(message, NO_FIELD, 'correct the name, there is no such field'),
    ...(twice.length > 0 ? [`keep one of each: ${twice.join(', ')}`] : []),
  ]
  if (hints.length > 0) return hints.join('; ')
  const [, came = '', field = '', type = ''] = DECODED.exec(message) ?? []
  const wanted = wantedFor(came, type)
  return wanted && `${wanted}: ${field.replace(/^\w+\./, '')}`
}

function namesIn(message: string, pattern: RegExp, what: string): readonly string[] {
  const names = [...message.matchAll(pattern)].map(([, path = '']) => keyOf(path))
  return names.length === 0 ? [] : [`${what}: ${names.join(', ')}`]
}

function keyOf(path: string): string {
  return OPEN_MAP.exec(path)?.[1] ?? path.split('.').at(-1) ?? path
}

function wantedFor(came: string, type: string): string | undefined {
  if (type === 'string' && (came === 'number' || came === 'bool')) {
    return 'put the value in quotes, so that it is text'
  }
  if (came !== 'string') return undefined
  if (/^u?int\d*$/.test(type)) return 'write a number, without quotes'
  return type === 'bool' ? 'write true or false, without quotes' : undefined
}
