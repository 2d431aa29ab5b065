import type { ErrorCode } from './errors.ts'
import { readPlainYaml } from './plain-yaml.ts'
import type { SourceFile } from './source-file.ts'

/** One YAML document as plain JSON, and where it begins. */
export interface SourceValue {
  readonly value: unknown
  /** `file:line` of its first line. */
  readonly place: string
}

/**
 * Reads every document of a YAML file; empty documents are left out. The whole parser is loaded only for what is not
 * plain YAML.
 *
 * @throws {DeployError} as `parseYaml`.
 */
export async function readYaml(file: SourceFile, code: ErrorCode): Promise<readonly SourceValue[]> {
  const plain = readPlainYaml(file.text)
  if (plain) return plain.map(({ value, line }) => ({ value, place: `${file.name}:${line}` }))
  const { parseYaml } = await import('./yaml.ts')
  return parseYaml(file, code).map(({ document, place }) => ({
    value: document.toJS() as unknown,
    place,
  }))
}
