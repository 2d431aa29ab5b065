/**
 * Paths of keys that one JSON object holds twice, such as `data.a`, in the order of their second appearance.
 *
 * @param text Valid JSON: it is walked, not checked.
 */
export function duplicateKeys(text: string): readonly string[] {
  const found: string[] = []
  const frames: Frame[] = []
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const [piece] = token
    const frame = frames.at(-1)
    switch (piece) {
      case '{':
        frames.push({ kind: 'object', path: pathOf(frame), keys: new Set(), key: '', index: 0 })
        break
      case '[':
        frames.push({ kind: 'array', path: pathOf(frame), keys: new Set(), key: '', index: 0 })
        break
      case '}':
      case ']':
        frames.pop()
        break
      case ',':
        if (frame !== undefined) nextItem(frame)
        break
      case ':':
        break
      default:
        if (frame?.kind === 'object' && frame.key === '') {
          frame.key = JSON.parse(piece) as string
          if (frame.keys.has(frame.key)) found.push(pathOf(frame))
          frame.keys.add(frame.key)
        }
    }
  }
  return [...new Set(found)]
}

interface Frame {
  readonly kind: 'object' | 'array'
  readonly path: string
  readonly keys: Set<string>
  /** The key whose value is being read. */
  key: string
  index: number
}

function pathOf(frame: Frame | undefined): string {
  if (frame === undefined) return ''
  if (frame.kind === 'array') return `${frame.path}[${frame.index}]`
  return frame.path === '' ? frame.key : `${frame.path}.${frame.key}`
}

function nextItem(frame: Frame): void {
  frame.key = ''
  frame.index += 1
}
