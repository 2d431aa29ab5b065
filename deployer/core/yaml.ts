import { LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Document, Range, Scalar } from 'yaml'
import { DeployError } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import type { SourceFile } from './source-file.ts'

/** One YAML document and where it begins. */
export interface SourceDocument {
  readonly document: Document
  /** `file:line` of its first line. */
  readonly place: string
}

/**
 * Parses every document of a YAML file; empty documents are left out.
 *
 * @param code Which family a mistake belongs to: an environment or a manifest.
 * @throws {DeployError} naming `file:line:column` for each mistake, all of them at once. Aliases are refused: plain
 * manifests do not need them, and they are how a small file becomes a large one.
 */
export function parseYaml(file: SourceFile, code: ErrorCode): readonly SourceDocument[] {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(file.text, {
    lineCounter: lines,
    uniqueKeys: true,
    // what it would warn of on stderr ends as a problem of ours
    logLevel: 'error',
    version: '1.2',
  })
  const documents: readonly Document[] = Array.isArray(parsed) ? parsed : []
  const problems = documents.flatMap((document) => [
    ...causes(document).map((error) => problem(file.name, error.message, error.linePos?.[0])),
    ...scalarProblems(document, file.name, lines),
  ])
  if (problems.length > 0) {
    throw new DeployError(code, problems.join('\n'), { subject: file.name, hint: HINT })
  }
  return documents
    .filter((document) => document.contents !== null && document.toJS() !== null)
    .map((document) => ({ document, place: `${file.name}:${firstLine(document, lines)}` }))
}

/** What follows a syntax error in the same document is mostly its consequence: one wrong brace makes a page of it. */
function causes({ errors }: Document): Document['errors'] {
  const first = errors.find(({ code }) => code !== 'DUPLICATE_KEY')
  return errors.filter((error) => error === first || error.code === 'DUPLICATE_KEY')
}

const HINT =
  'the place is file:line:column; the usual causes are a file that is cut off, a tab instead of spaces, a colon without a space after it'

function problem(file: string, message: string, position: Position | undefined): string {
  const reason = message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? message
  return `${file}:${position?.line ?? 1}:${position?.col ?? 1}: not valid YAML: ${reason}`
}

interface Position {
  readonly line: number
  readonly col: number
}

function firstLine(document: Document, lines: LineCounter): number {
  return lines.linePos(document.contents?.range?.[0] ?? 0).line
}

/** Words that are a boolean in YAML 1.1. */
const BOOLEAN = /^(y|n|yes|no|on|off)$/i
/** What Go reads as a number; YAML 1.2 knows some of these as text. */
const NUMBER = /^[-+]?(?:0x[\da-f_]+|0b[01_]+|0o[0-7_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:e[-+]?\d+)?)$/i

function keyProblem(node: Scalar): string | undefined {
  if (node.type !== 'PLAIN' || node.source === undefined) return undefined
  const isOtherNumber = typeof node.value === 'number' && `${node.value}` !== node.source
  if (node.value === null || isOtherNumber) {
    return `this would be another key than it is written: quote it, '${node.source}'`
  }
  if (node.source === '<<') return 'merge key << is not accepted: write the values out'
  return BOOLEAN.test(node.source)
    ? `unquoted ${node.source} is a boolean for kubectl: write '${node.source}'`
    : undefined
}

/**
 * Also makes the value what it is for kubectl, where only one thing can be meant. A number may be a secret: unlike a word
 * it is not repeated.
 */
function valueProblem(node: Scalar): string | undefined {
  const { tag, source } = node
  if (tag !== undefined) return TAGS.includes(tag) ? undefined : `tag ${tag} is not accepted`
  if (node.type !== 'PLAIN' || source === undefined) return undefined
  if (BOOLEAN.test(source)) {
    return `unquoted ${source} is a boolean for kubectl: write true, false or '${source}'`
  }
  if (/^[-+]?\d+$/.test(source) && Math.abs(Number(node.value)) > Number.MAX_SAFE_INTEGER) {
    return 'this number is too large to be read exactly: quote it, if it is text'
  }
  if (/^[-+]?0[0-7]+$/.test(source)) node.value = octal(source)
  else if (!NUMBER.test(source)) {
    const isBeyond = typeof node.value === 'number' && !Number.isFinite(node.value)
    return isBeyond ? 'JSON has no such number: write another, or quote it' : undefined
  } else if (typeof node.value !== 'number') {
    return 'unquoted, this is a number for kubectl: write it in decimal, or quote it'
    // a digest such as 12e4567 would be beyond all numbers: text then, as for kubectl
  } else if (!Number.isFinite(node.value)) node.value = source
  return undefined
}

/** Said explicitly, a text is a text in every version; the others bring values that JSON does not have. */
const TAGS = ['tag:yaml.org,2002:str', 'tag:yaml.org,2002:null']

function octal(source: string): number {
  const value = Number.parseInt(source.replace(/^[-+]/, ''), 8)
  return source.startsWith('-') ? -value : value
}

/**
 * What YAML 1.1 (kubectl) and 1.2 read differently, found on the parsed nodes before anything is expanded: aliases, merge
 * keys and unquoted words and numbers are refused, and `0644` is made the octal number it is for kubectl.
 */
function scalarProblems(document: Document, file: string, lines: LineCounter): readonly string[] {
  const found: string[] = []
  const report = (node: { readonly range?: Range | null | undefined }, reason: string) => {
    const { line, col } = lines.linePos(node.range?.[0] ?? 0)
    found.push(`${file}:${line}:${col}: ${reason}`)
  }
  visit(document, {
    Alias: (_, node) => report(node, `alias *${node.source} is not accepted: write the value out`),
    Scalar: (key, node) => {
      const reason = key === 'key' ? keyProblem(node) : valueProblem(node)
      if (reason !== undefined) report(node, reason)
    },
  })
  return found
}
