/** The links of the chain, in the order the worker walks them. */
const STEPS = [
  'environment',
  'pod token',
  'exchange',
  'entra token',
  'cosmos',
  'write',
  'read back',
] as const

export type Step = (typeof STEPS)[number]

/** Printed as `key=value` on the line of the event. */
type Facts = Readonly<Record<string, string | number | undefined>>

/** Printed on a line of its own under the event. */
export type Detail = readonly [key: string, value: string | number]

export interface LogEvent {
  readonly status: 'start' | 'ok' | 'wait' | 'fail' | 'done'
  /** Absent on the first and the last line. */
  readonly step?: Step
  /** Empty when there is nothing to say but that it went well. */
  readonly code?: string
  readonly message?: string
  readonly facts?: Facts
  readonly details?: readonly Detail[]
}

export type Log = (event: LogEvent) => void

const LABEL = { start: 'keyless-cosmos', ok: 'ok  ', wait: 'wait', fail: 'FAIL', done: 'DONE' }
const LEVEL = { start: 'info', ok: 'info', wait: 'warn', fail: 'error', done: 'info' }

/**
 * The worker's voice: lines for people, or the same events as one JSON object per line.
 *
 * @param options.write Receives whole lines, each ending in a line feed.
 * @param options.now Milliseconds since the epoch, for `ts`; text lines carry no time, since `kubectl logs --timestamps` does.
 */
export function createLog(options: {
  readonly format: 'text' | 'json'
  readonly write: (text: string) => void
  readonly now: () => number
}): Log {
  return (event) => {
    const text = options.format === 'json' ? jsonLine(event, options.now()) : textLines(event)
    options.write(`${text}\n`)
  }
}

/** One event as text; every value is on one line, so that nothing a server says can forge a line of ours. */
export function textLines(event: LogEvent): string {
  const facts = Object.entries(event.facts ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  )
  const parts = [head(event), event.code, event.message, ...facts].filter(Boolean)
  const details = (event.details ?? []).map(
    ([key, value]) => `  ${key.padEnd(9)} ${safe(String(value))}`,
  )
  return [safe(parts.join('  ')), ...details].join('\n')
}

function head(event: LogEvent): string {
  if (event.step === undefined) return LABEL[event.status]
  const place = `${STEPS.indexOf(event.step) + 1}/${STEPS.length} ${event.step.padEnd(12)}`
  return `${place} ${LABEL[event.status]}`
}

/** One event as JSON: `{ts, level, step, status, code, message, …facts, …details}`; a detail that comes twice is a list. */
export function jsonLine(event: LogEvent, now: number): string {
  const details: Record<string, Detail[1] | Detail[1][]> = {}
  for (const [key, value] of event.details ?? []) {
    const before = details[key]
    details[key] = before === undefined ? value : [before, value].flat()
  }
  const { status, step, code, message, facts } = event
  const line = {
    ts: new Date(now).toISOString(),
    level: LEVEL[status],
    step,
    status,
    code,
    message,
  }
  return JSON.stringify({ ...line, ...facts, ...details }, (_key, value: unknown) =>
    typeof value === 'string' ? safe(value) : value,
  )
}

const SECRETS: readonly RegExp[] = [
  /eyJ[\w-]{4,}\.[\w-]+(\.[\w-]*)?/g, // a JSON web token, whole or cut off
  /(?<=\b(sig|AccountKey|SharedAccessSignature|client_assertion|client_secret)=)[^\s;&"']+/gi,
  /[A-Za-z0-9+/]{86}==/g, // an account key: 64 bytes in base64
]

/**
 * One printable line without anything secret. The worker never logs a token on purpose; this is for sentences of
 * servers and libraries, which may quote what they were sent.
 */
export function safe(text: string): string {
  const oneLine = text.replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, (blank) =>
    /^ +$/.test(blank) ? blank : ' ',
  )
  return SECRETS.reduce((line, secret) => line.replaceAll(secret, '[hidden]'), oneLine).trimEnd()
}
