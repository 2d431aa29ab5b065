import type { Load, SmokeOptions } from '../options.ts'
import type { Stage } from '../stage.ts'
import { checkCluster } from './cluster.ts'
import type { ClusterFacts } from './cluster.ts'
import { checkOccupied } from './occupied.ts'
import type { Occupancy } from './occupied.ts'
import { checkPermissions } from './permissions.ts'
import { checkTools } from './tools.ts'

/**
 * Looks at tools and cluster and writes nothing.
 *
 * @throws {SmokeError} with the first thing that is missing and the next step.
 */
export async function checkFirst(stage: Stage): Promise<ClusterFacts & Occupancy> {
  const { options, voice } = stage
  voice.say('A look before the first write')
  const tools = await checkTools({ ...stage, ...toolsFor(options) })
  for (const tool of tools) voice.tell(tool)
  const facts = await checkCluster(stage)
  await checkPermissions(stage)
  const occupancy = await checkOccupied(stage)
  voice.tell(
    `context ${options.context} (${stage.server}), Kubernetes ${facts.version}, node ${facts.nodes.join(', ')}`,
  )
  voice.tell(`issuer of its service-account tokens: ${facts.issuer}`)
  return { ...facts, ...occupancy }
}

function toolsFor({ image, platformImage, load }: SmokeOptions) {
  return {
    docker: image === undefined || platformImage === undefined || needsEngine(load),
    kind: load?.way === 'kind',
  }
}

function needsEngine(load: Load | undefined): boolean {
  return load?.way === 'kind' || load?.way === 'command'
}
