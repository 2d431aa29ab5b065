import { readFileSync } from 'node:fs'
import { isAlias, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'

/** A declaration cannot be used; the message lists every problem with its path. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError'
  readonly code = 'ERR_DECLARATION'
}

/**
 * Reads one YAML file and holds it to a schema.
 *
 * @throws {DeclarationError} if it cannot be read, is not YAML, or any value is missing, unknown or of the wrong form.
 */
export function readDeclarationFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): z.infer<Schema> {
  const checked = schema.safeParse(parseYaml(readText(file), file))
  if (checked.success) return checked.data
  const problems = checked.error.issues.map(
    (issue) => `${issue.path.join('.') || '(file)'}: ${issue.message}`,
  )
  throw declarationError(file, problems)
}

export function declarationError(file: string, problems: readonly string[]): DeclarationError {
  return new DeclarationError(`${file}: ${problems.join('; ')}`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new DeclarationError(`${file}: cannot be read`, { cause })
  }
}

function parseYaml(text: string, file: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, uniqueKeys: true })
  const [error] = document.errors
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    throw new DeclarationError(`${file}:${line}:${col}: ${error.message.split('\n')[0]}`)
  }
  visit(document, (_key, node) => {
    if (isAlias(node)) throw new DeclarationError(`${file}: YAML aliases are not supported here`)
  })
  return document.toJS()
}
