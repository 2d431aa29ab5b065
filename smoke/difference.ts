import { join } from 'node:path'
import type { KubeObject } from '../deployer/core/object.ts'
import { differenceLine, targetDifferences } from '../deployer/core/target-difference.ts'
import { liveDifferences } from './live-difference.ts'
import type { LiveDifference } from './live-difference.ts'
import { WORKER_NAMESPACE } from './names.ts'
import { LOOK_AT_IT, SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'
import { podGone, renderedObjects } from './worker.ts'

/** The environment of docs/aks.md, with values as `az` prints them. */
const AKS_EXAMPLE = join('docs', 'aks', 'aks.yaml')

/**
 * Shows where the objects of this run differ from the same objects rendered for AKS, and where the pod that ran does.
 *
 * @throws {SmokeError} `ERR_UNEXPECTED` if anything differs but endpoint, ids, trust root and the image's name.
 */
export async function tellDifference(stage: Stage, environment: string): Promise<void> {
  const [aks, here, live] = await Promise.all([
    renderedObjects(stage, AKS_EXAMPLE),
    renderedObjects(stage, environment),
    stage.kubectl.get<KubeObject>(['pod', 'demo', '--namespace', WORKER_NAMESPACE]),
  ])
  const rendered = targetDifferences(aks, here)
  for (const one of rendered) stage.voice.tell(differenceLine(one))
  const pod = aks.find(({ kind }) => kind === 'Pod')
  if (!pod) throw new TypeError('the worker of the smoke test is a Pod')
  if (!live) throw podGone()
  const lived = liveDifferences(pod, live)
  stage.voice.tell(`in the pod that ran, live: ${summary(lived)}`)
  const strange = [
    ...rendered.filter(({ expected }) => expected === undefined).map(differenceLine),
    ...lived.filter(({ by }) => by === undefined).map(liveLine),
  ]
  if (strange.length === 0) return
  throw new SmokeError(
    'ERR_UNEXPECTED',
    `the pod is not the one of AKS:\n${strange.map((line) => `  ${line}`).join('\n')}`,
    { hint: LOOK_AT_IT },
  )
}

function summary(differences: readonly LiveDifference[]): string {
  const count = (by: LiveDifference['by']) => differences.filter((one) => one.by === by).length
  return [
    `${count('target')} of the target (as above)`,
    `${count('deployer')} marks of the deployer`,
    `${count('webhook')} fields by the webhook`,
    `${count('API server')} by the API server`,
    `${count(undefined)} not explained`,
  ].join(', ')
}

function liveLine({ path, left, right }: LiveDifference): string {
  return `Pod/${WORKER_NAMESPACE}/demo ${path}: ${JSON.stringify(left) ?? 'absent'} → ${JSON.stringify(right) ?? 'absent'}`
}
