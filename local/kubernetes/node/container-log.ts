import { appendFileSync, renameSync, rmSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { formatLine, parseLine, selectLines, showLine, splitLines } from './logs.ts'
import type { LogLine, LogOptions } from './logs.ts'

/** The kubelet's `containerLogMaxSize`. */
const MOST_BYTES = 10 * 1024 * 1024

/**
 * The log of one run of a container: a file of its own, readable by its owner only.
 *
 * Above 10 MiB the file is set aside as `.1`, replacing an older one; as with a real node, only the current file is
 * ever shown.
 */
export class ContainerLog {
  readonly path: string
  readonly #now: () => number
  readonly #mostBytes: number
  readonly #rests: Record<'stdout' | 'stderr', Buffer> = {
    stdout: Buffer.alloc(0),
    stderr: Buffer.alloc(0),
  }
  #size = 0
  #rotations = 0
  #isEnded = false
  #changed = Promise.withResolvers<void>()

  constructor(path: string, now: () => number, mostBytes = MOST_BYTES) {
    this.path = path
    this.#now = now
    this.#mostBytes = mostBytes
    for (const old of [path, `${path}.1`]) rmSync(old, { force: true })
    this.#append([])
  }

  /** Written at once, so that nothing is lost or out of order when the container ends. */
  write(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    const time = timestamp(this.#now())
    const { lines, rest } = splitLines(Buffer.concat([this.#rests[stream], chunk]), {
      time,
      stream,
    })
    this.#rests[stream] = rest
    if (lines.length > 0) this.#store(lines)
  }

  /** The container has ended: what lacks its newline is stored as it is, and followers come to their end. */
  end(): void {
    const time = timestamp(this.#now())
    for (const stream of ['stdout', 'stderr'] as const) {
      const text = this.#rests[stream].toString('utf8')
      this.#rests[stream] = Buffer.alloc(0)
      if (text !== '') this.#store([{ time, stream, partial: true, text }])
    }
    this.#isEnded = true
    this.#changed.resolve()
  }

  /** What there is now and, with `follow`, what comes until the container ends or `signal` aborts. */
  async *read(options: LogOptions, signal: AbortSignal): AsyncGenerator<string> {
    yield* show(this.#lines(options, signal), options)
  }

  async *#lines(options: LogOptions, signal: AbortSignal): AsyncGenerator<LogLine> {
    let rotations = this.#rotations
    let text = await readFile(this.path, 'utf8')
    let offset = Buffer.byteLength(text)
    yield* selectLines(parse(text), options)
    const later = options.stream === undefined ? {} : { stream: options.stream }
    const gone = aborted(signal)
    while (options.follow && !signal.aborted) {
      const { promise } = this.#changed
      const isEnded = this.#isEnded
      if (rotations !== this.#rotations) {
        yield* selectLines(parse(await readFrom(`${this.path}.1`, offset)), later)
        rotations = this.#rotations
        offset = 0
      }
      text = await readFrom(this.path, offset)
      offset += Buffer.byteLength(text)
      yield* selectLines(parse(text), later)
      if (text === '' && isEnded) return
      if (text === '') await Promise.race([promise, gone])
    }
  }

  /** A full disk, or a folder that somebody removed, is no reason to end the container, or the node with all of them. */
  #store(lines: readonly LogLine[]): void {
    try {
      this.#append(lines)
    } catch {
      // What cannot be stored is lost, as on a real node
    }
  }

  #append(lines: readonly LogLine[]): void {
    const text = lines.map(formatLine).join('')
    if (this.#size > 0 && this.#size + text.length > this.#mostBytes) {
      renameSync(this.path, `${this.path}.1`)
      this.#size = 0
      this.#rotations += 1
    }
    appendFileSync(this.path, text, { mode: 0o600 })
    this.#size += Buffer.byteLength(text)
    this.#changed.resolve()
    this.#changed = Promise.withResolvers<void>()
  }
}

/** The log of a run this process did not see: what is stored, and nothing to follow. */
export async function* readStored(path: string, options: LogOptions): AsyncGenerator<string> {
  yield* show(selectLines(parse(await readFile(path, 'utf8')), options), options)
}

async function* show(
  lines: AsyncIterable<LogLine> | Iterable<LogLine>,
  options: LogOptions,
): AsyncGenerator<string> {
  let left = options.limitBytes ?? Infinity
  let continues = false
  for await (const line of lines) {
    const text = Buffer.from(showLine(line, { timestamps: options.timestamps, continues }))
    continues = line.partial
    yield text.subarray(0, left).toString('utf8')
    left -= text.length
    if (left <= 0) return
  }
}

function parse(stored: string): readonly LogLine[] {
  return stored.split('\n').flatMap((line) => parseLine(line) ?? [])
}

async function readFrom(path: string, offset: number): Promise<string> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const buffer = Buffer.alloc(Math.max(0, size - offset))
    await file.read(buffer, 0, buffer.length, offset)
    return buffer.toString('utf8')
  } finally {
    await file.close()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** RFC 3339 with nine digits, as the container runtime writes it; the clock here only knows milliseconds. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000000Z')
}
