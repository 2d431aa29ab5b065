/** One stored line; `partial` means that the container's line goes on in the next one. */
export interface LogLine {
  /** RFC 3339 with nine fractional digits. */
  readonly time: string
  readonly stream: 'stdout' | 'stderr'
  readonly partial: boolean
  readonly text: string
}

/** Query of `/containerLogs`, parsed. */
export interface LogOptions {
  readonly follow: boolean
  readonly previous: boolean
  readonly timestamps: boolean
  readonly tailLines?: number
  readonly limitBytes?: number
  /** Milliseconds since the epoch; lines before it are left out. */
  readonly since?: number
  readonly stream?: 'stdout' | 'stderr'
}

/**
 * Reads the query of a log request.
 *
 * @returns undefined if the kubelet would refuse it (`Invalid request.`).
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
 */
export function parseLogOptions(query: URLSearchParams, now: number): LogOptions | undefined {
  const tailLines = whole(query.get('tailLines'), 0)
  const limitBytes = whole(query.get('limitBytes'), 1)
  const sinceSeconds = whole(query.get('sinceSeconds'), 1)
  const sinceTime = moment(query.get('sinceTime'))
  const streams: Readonly<Record<string, 'stdout' | 'stderr' | undefined>> = {
    All: undefined,
    Stdout: 'stdout',
    Stderr: 'stderr',
  }
  const stream = query.get('stream') ?? 'All'
  const isRefused =
    [tailLines, limitBytes, sinceSeconds, sinceTime].includes('bad') ||
    (sinceSeconds !== undefined && sinceTime !== undefined) ||
    !Object.hasOwn(streams, stream) ||
    (stream !== 'All' && tailLines !== undefined)
  if (isRefused) return undefined
  const since = typeof sinceSeconds === 'number' ? now - sinceSeconds * 1000 : sinceTime
  return {
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    ...(typeof tailLines === 'number' ? { tailLines } : {}),
    ...(typeof limitBytes === 'number' ? { limitBytes } : {}),
    ...(typeof since === 'number' ? { since } : {}),
    ...(streams[stream] === undefined ? {} : { stream: streams[stream] }),
  }
}

function whole(text: string | null, least: number): number | 'bad' | undefined {
  if (text === null || text === '') return undefined
  return /^-?\d+$/.test(text) && Number(text) >= least ? Number(text) : 'bad'
}

function moment(text: string | null): number | 'bad' | undefined {
  if (text === null || text === '') return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? 'bad' : ms
}

function flag(query: URLSearchParams, name: string): boolean {
  return ['true', '1', ''].includes(query.get(name) ?? 'false')
}

/** A line as it is stored, in the format of the container runtime interface: `time stream F|P text`. */
export function formatLine({ time, stream, partial, text }: LogLine): string {
  return `${time} ${stream} ${partial ? 'P' : 'F'} ${text}\n`
}

/** Undefined for a line that is not whole. */
export function parseLine(stored: string): LogLine | undefined {
  const match = /^(\S+) (stdout|stderr) ([FP]) (.*)$/s.exec(stored)
  if (match === null) return undefined
  const [, time = '', stream, tag, text = ''] = match
  return { time, stream: stream === 'stderr' ? 'stderr' : 'stdout', partial: tag === 'P', text }
}

/** The container runtime cuts longer lines. */
const LONGEST_LINE_BYTES = 16_384

/**
 * Cuts what a container writes into lines; what has no newline yet is given back as `rest`.
 *
 * A line above 16 KiB is stored in parts.
 */
export function splitLines(
  text: Buffer,
  stamp: { readonly time: string; readonly stream: 'stdout' | 'stderr' },
): { readonly lines: readonly LogLine[]; readonly rest: Buffer } {
  const lines: LogLine[] = []
  let from = 0
  for (;;) {
    const end = text.indexOf(0x0a, from)
    const isLong = (end < 0 ? text.length : end) - from > LONGEST_LINE_BYTES
    if (end < 0 && !isLong) return { lines, rest: text.subarray(from) }
    const to = isLong ? letterStart(text, from + LONGEST_LINE_BYTES) : end
    lines.push({ ...stamp, partial: isLong, text: text.toString('utf8', from, to) })
    from = isLong ? to : to + 1
  }
}

/** Where the letter begins that byte `at` belongs to: in UTF-8, inner bytes are marked. */
function letterStart(text: Buffer, at: number): number {
  let start = at
  while (at - start < 3 && ((text[start] ?? 0) & 0xc0) === 0x80) start -= 1
  return start
}

/** The lines a request wants of those that are stored now; a part of a line counts as a line, as in the kubelet. */
export function selectLines(
  lines: readonly LogLine[],
  { tailLines, since, stream }: Pick<LogOptions, 'tailLines' | 'since' | 'stream'>,
): readonly LogLine[] {
  const tail = tailLines === undefined ? lines : tailLines === 0 ? [] : lines.slice(-tailLines)
  return tail
    .filter((line) => since === undefined || Date.parse(line.time) >= since)
    .filter((line) => stream === undefined || line.stream === stream)
}

/** A line as `kubectl logs` shows it; only the first part of a cut line has a timestamp, only the last a newline. */
export function showLine(
  line: LogLine,
  given: { readonly timestamps: boolean; readonly continues: boolean },
): string {
  const stamp = given.timestamps && !given.continues ? `${line.time} ` : ''
  return stamp + line.text + (line.partial ? '' : '\n')
}
