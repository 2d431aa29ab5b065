import { objectOf } from '../core/manifests.ts'
import { renderedYaml } from '../core/render.ts'
import { readSubject } from './config.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import { readManifests } from './rendered.ts'

/** Prints the objects as they would be applied; talks to no cluster. */
export async function render(options: CommonOptions, context: CommandContext): Promise<number> {
  const subject = await readSubject(options, context)
  const manifests = await readManifests(subject, options, context)
  const objects = manifests.map(objectOf)
  context.conceal(objects)
  context.report({ event: 'rendered', yaml: renderedYaml(manifests), objects })
  return 0
}
