import { environmentOf } from './environment.ts'
import type { Environment } from './environment.ts'
import { refuseSecrets } from './pasted-secret.ts'
import type { SourceFile } from './source-file.ts'
import { parseYaml } from './yaml.ts'

/**
 * Reads an environment file with the whole parser.
 *
 * @throws {DeployError} as `environmentOf`; or for bad YAML.
 */
export function parseEnvironment(file: SourceFile, name: string): Environment {
  refuseSecrets(file)
  const documents = parseYaml(file, 'ERR_ENVIRONMENT')
  return environmentOf(
    documents.map(({ document }) => document.toJS() as unknown),
    file.name,
    name,
  )
}
