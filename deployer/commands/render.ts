import { renderedYaml } from '../core/render.ts'
import { readConfig } from './config.ts'
import type { CommandContext, CommonOptions } from './context.ts'

/** Prints the objects as they would be applied; talks to no cluster. */
export async function render(options: CommonOptions, context: CommandContext): Promise<number> {
  const { manifests, objects } = await readConfig(options, context)
  context.report({ event: 'rendered', yaml: renderedYaml(manifests), objects })
  return 0
}
