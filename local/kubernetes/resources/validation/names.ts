/**
 * Checks of names and of label text; each gives the server's sentences, none if all is well.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go
 */
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'

export type NameRule = (value: string) => readonly string[]

export function dnsLabel(value: string): readonly string[] {
  const dotted = !/^[^.]*$/.test(value) && new RegExp(`^${SUBDOMAIN}$`).test(value)
  if (dotted) return ['must not contain dots']
  return check(value, {
    maximum: 63,
    pattern: LABEL,
    sentence:
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    examples: ['my-name', '123-abc'],
  })
}

export function dnsSubdomain(value: string): readonly string[] {
  return check(value, {
    maximum: 253,
    pattern: SUBDOMAIN,
    sentence:
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    examples: ['example.com'],
  })
}

/** Names of services, which start with a letter. */
export function dnsLabel1035(value: string): readonly string[] {
  return check(value, {
    maximum: 63,
    pattern: LABEL_1035,
    sentence:
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    examples: ['my-name', 'abc-123'],
  })
}

/** Names that are only a segment of a path: roles and bindings. */
export function pathSegment(value: string): readonly string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%'].filter((one) => value.includes(one)).map((one) => `may not contain '${one}'`)
}

const QUALIFIED_SENTENCE = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`

/** `[prefix/]name`: keys of annotations, finalizers. */
export function qualifiedName(value: string): readonly string[] {
  return prefixedName(value, 'a qualified name')
}

/** `[prefix/]name`: keys of labels. */
export function labelKey(value: string): readonly string[] {
  return prefixedName(value, 'a valid label key')
}

function prefixedName(value: string, what: string): readonly string[] {
  const parts = value.split('/')
  const name = parts.at(-1) ?? ''
  if (parts.length > 2) {
    return [
      `${what} ${QUALIFIED_SENTENCE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const problems: string[] = []
  if (parts.length === 2) {
    const prefix = parts[0] ?? ''
    if (prefix === '') problems.push('prefix part must be non-empty')
    else problems.push(...dnsSubdomain(prefix).map((one) => `prefix part ${one}`))
  }
  if (name === '') problems.push('name part must be non-empty')
  else if (name.length > 63) problems.push('name part must be no more than 63 bytes')
  if (!new RegExp(`^${QUALIFIED}$`).test(name)) problems.push(`name part ${QUALIFIED_SENTENCE}`)
  return problems
}

export function labelValue(value: string): readonly string[] {
  const problems = value.length > 63 ? ['must be no more than 63 bytes'] : []
  if (new RegExp(`^(${QUALIFIED})?$`).test(value)) return problems
  return [
    ...problems,
    `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${QUALIFIED})?')`,
  ]
}

/** Keys of config maps and secrets, which become file names. */
export function configMapKey(value: string): readonly string[] {
  const problems = value.length > 253 ? ['must be no more than 253 characters'] : []
  if (!/^[-._a-zA-Z0-9]+$/.test(value)) {
    problems.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    )
  }
  if (value === '.') problems.push("must not be '.'")
  else if (value === '..') problems.push("must not be '..'")
  else if (value.startsWith('..')) problems.push("must not start with '..'")
  return problems
}

/** Since 1.34 anything printable but '=' may name an environment variable. */
export function envVarName(value: string): readonly string[] {
  return /^[ -<>-~]+$/.test(value)
    ? []
    : [
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      ]
}

interface Check {
  readonly maximum: number
  readonly pattern: string
  readonly sentence: string
  readonly examples: readonly string[]
}

function check(value: string, { maximum, pattern, sentence, examples }: Check): readonly string[] {
  const problems = value.length > maximum ? [`must be no more than ${maximum} characters`] : []
  if (new RegExp(`^${pattern}$`).test(value)) return problems
  const shown = examples.map((one) => `'${one}'`).join(',  or ')
  return [...problems, `${sentence} (e.g. ${shown}, regex used for validation is '${pattern}')`]
}
