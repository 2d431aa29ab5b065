/** One file of an archive. */
export interface TarEntry {
  /** From the root, without a leading slash or dot. */
  readonly path: string
  readonly type: 'file' | 'folder' | 'link'
  readonly bytes: number
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  /** Seconds since the Unix epoch. */
  readonly modifiedAt: number
}

const BLOCK = 512

/**
 * What a tar archive holds, in its order.
 *
 * @param archive Uncompressed; ustar, with the long names of GNU tar and of POSIX.
 * @see https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
export function tarEntries(archive: Buffer): TarEntry[] {
  const entries: TarEntry[] = []
  let longName: string | undefined
  for (let at = 0; at + BLOCK <= archive.length;) {
    const head = archive.subarray(at, at + BLOCK)
    if (head[0] === 0) break
    const bytes = octal(head, 124, 12)
    const content = archive.subarray(at + BLOCK, at + BLOCK + bytes)
    const kind = String.fromCharCode(head[156] ?? 0)
    if (kind === 'L') longName = text(content, 0, bytes)
    else if (kind === 'x') longName = posixPath(content) ?? longName
    else if (kind !== 'g') {
      entries.push(entry(head, kind, bytes, longName ?? shortName(head)))
      longName = undefined
    }
    at += BLOCK + Math.ceil(bytes / BLOCK) * BLOCK
  }
  return entries
}

function entry(head: Buffer, kind: string, bytes: number, path: string): TarEntry {
  return {
    path: path.replace(/^\.?\/+/, '').replace(/\/$/, ''),
    type: kind === '5' ? 'folder' : kind === '1' || kind === '2' ? 'link' : 'file',
    bytes,
    mode: octal(head, 100, 8) & 0o7777,
    uid: octal(head, 108, 8),
    modifiedAt: octal(head, 136, 12),
  }
}

function shortName(head: Buffer): string {
  const prefix = text(head, 345, 155)
  return `${prefix === '' ? '' : `${prefix}/`}${text(head, 0, 100)}`
}

/** Records `LENGTH KEY=VALUE\n`, the length of all of it in bytes. */
function posixPath(content: Buffer): string | undefined {
  let path: string | undefined
  for (let at = 0; at < content.length;) {
    const length = Number.parseInt(content.toString('latin1', at, at + 20), 10)
    if (!(length > 0)) break
    const [, key, value] =
      /^\d+ ([^=]+)=([^]*)\n$/.exec(content.toString('utf8', at, at + length)) ?? []
    if (key === 'path') path = value
    at += length
  }
  return path
}

function text(bytes: Buffer, at: number, length: number): string {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? undefined : end)
}

function octal(head: Buffer, at: number, length: number): number {
  return Number.parseInt(text(head, at, length).trim() || '0', 8)
}
