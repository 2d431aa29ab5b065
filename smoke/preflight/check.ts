import { allOf } from '../all-of.ts'
import { programsFor } from '../load-way.ts'
import { createStage } from '../stage.ts'
import type { Stage, StageSetting } from '../stage.ts'
import { checkCluster } from './cluster.ts'
import type { ClusterFacts } from './cluster.ts'
import { checkOccupied } from './occupied.ts'
import type { Occupancy } from './occupied.ts'
import { checkTools } from './tools.ts'

/** What the first look has found. */
export interface Found extends ClusterFacts, Occupancy {
  readonly stage: Stage
}

/**
 * Looks at context, tools and cluster, and writes nothing.
 *
 * @throws {SmokeError} with what is missing and the next step, or an `AggregateError` of all that could be seen at once.
 */
export async function checkFirst(setting: StageSetting): Promise<Found> {
  const { options, voice } = setting
  voice.say('Looking before the first write')
  const [stage, tools] = await allOf(
    createStage(setting),
    checkTools({ ...setting, ...programsFor(options) }),
  )
  for (const tool of tools) voice.tell(tool)
  const facts = await checkCluster(stage)
  const occupancy = await checkOccupied(stage)
  voice.tell(
    `context ${options.context} (${stage.server}), Kubernetes ${facts.version}, node ${facts.nodes.join(', ')}`,
  )
  voice.tell(`issuer of its service-account tokens: ${facts.issuer}`)
  return { stage, ...facts, ...occupancy }
}
