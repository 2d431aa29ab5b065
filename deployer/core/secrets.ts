import { maskSecrets } from './pasted-secret.ts'
import { isFields } from './object.ts'
import type { KubeObject } from './object.ts'

/** Shorter values (`1`, `yes`) stand everywhere in ordinary text; in a Secret itself they are masked by their path. */
const MIN_LENGTH = 4
/** What is shown in place of a secret value. */
const MASK = '***'

/** Paths of a Secret that never show: its values, and its annotations, where `kubectl apply` left a copy of them. */
const SECRET_PATHS = /^(\.(data|stringData|metadata\.annotations)\b|\.metadata$|\.$)/

/** Whether the value at a path of this object must not be shown. */
export function concealedAt(object: KubeObject, path: string): boolean {
  return object.kind === 'Secret' && SECRET_PATHS.test(path)
}

/**
 * The texts by which the values of Secrets could be told: as written, in base64, quoted, and the lines of longer ones.
 *
 * @returns The longest first, so that a value is masked before a part of it.
 */
export function secretTexts(objects: readonly KubeObject[]): readonly string[] {
  const texts = objects
    .filter(({ kind }) => kind === 'Secret')
    .flatMap(({ data, stringData }) => [...encodedTexts(data), ...plainTexts(stringData)])
    .filter((text) => text.length >= MIN_LENGTH)
  return [...new Set(texts)].toSorted((a, b) => b.length - a.length)
}

function encodedTexts(data: unknown): readonly string[] {
  return values(data).flatMap((encoded) => [
    encoded,
    ...formsOf(Buffer.from(encoded, 'base64').toString('utf8')),
  ])
}

function plainTexts(stringData: unknown): readonly string[] {
  return values(stringData).flatMap((text) => [
    Buffer.from(text, 'utf8').toString('base64'),
    ...formsOf(text),
  ])
}

function formsOf(text: string): readonly string[] {
  const trimmed = text.trim()
  const quoted = JSON.stringify(trimmed).slice(1, -1)
  return [trimmed, quoted, ...trimmed.split('\n').map((line) => line.trim())]
}

/** All that stands there, also where a manifest has a number or a map in the place of a text. */
function values(found: unknown): readonly string[] {
  if (typeof found === 'string') return [found]
  if (typeof found === 'number' || typeof found === 'boolean') return [String(found)]
  return typeof found === 'object' && found !== null ? Object.values(found).flatMap(values) : []
}

/** The same value with every secret text in its strings masked, and all that looks like a secret, however deep they are. */
export function conceal(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === 'string') {
    return maskSecrets(
      texts.reduce((shown, text) => shown.replaceAll(text, MASK), value),
      MASK,
    )
  }
  if (Array.isArray(value)) return value.map((item) => conceal(item, texts))
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, conceal(item, texts)]))
}
