import type { KubeObject } from '../deployer/core/object.ts'
import { destroy, needDeployer, runDeployer } from './deployer.ts'
import { writeEnvironment } from './environment-file.ts'
import type { Images } from './images.ts'
import { SETS, WORKER_NAMESPACE } from './names.ts'
import type { Stage } from './stage.ts'
import { chainMs, timeline, timelineLines } from './timeline.ts'
import type { TimedEvent, TimedPod } from './timeline.ts'
import { SmokeError } from './smoke-error.ts'

/** Deploys the worker and follows its log. @returns The environment's path. */
export async function deployWorker(stage: Stage, images: Images): Promise<string> {
  const environment = await workerEnvironment(stage, images.worker)
  if (stage.options.reuse) await forgetLastRun(stage)
  await needDeployer(stage, ['deploy', '--env', environment, '--follow'], 'the worker')
  return environment
}

/** A pod that has written once is done, and would prove nothing about stand-ins that changed meanwhile. */
async function forgetLastRun({ kubectl }: Stage): Promise<void> {
  await kubectl.need([
    'delete',
    'pod',
    'demo',
    '--namespace',
    WORKER_NAMESPACE,
    '--ignore-not-found',
    '--wait',
  ])
}

/**
 * Prints how long each link from the pod's spec to the written item took.
 *
 * @returns How long the links inside the worker took together.
 */
export async function tellTimes({ kubectl, voice }: Stage): Promise<{ readonly chainMs: number }> {
  const inNamespace = ['--namespace', WORKER_NAMESPACE]
  const [pod, events, log] = await Promise.all([
    kubectl.get<TimedPod>(['pod', 'demo', ...inNamespace]),
    kubectl.get<{ readonly items: readonly TimedEvent[] }>([
      'events',
      ...inNamespace,
      '--field-selector',
      'involvedObject.name=demo',
    ]),
    kubectl.run(['logs', 'demo', ...inNamespace, '--timestamps']),
  ])
  if (!pod) throw podGone()
  const links = timeline(pod, events?.items ?? [], log.stdout)
  for (const line of timelineLines(links)) voice.tell(line)
  return { chainMs: chainMs(links) }
}

/** The pod ended, and stays until it is removed: by the run, or by somebody else. */
export function podGone(): SmokeError {
  return new SmokeError(
    'ERR_CLUSTER',
    `Pod/${WORKER_NAMESPACE}/demo, which ran, is gone: somebody has deleted it, or its namespace`,
    { hint: 'run again, and leave what it makes alone meanwhile' },
  )
}

export async function removeWorker(stage: Stage): Promise<void> {
  const environment = await workerEnvironment(stage)
  await destroy(stage, ['--env', environment], 'the worker')
}

/** The objects that the deployer would apply for an environment. */
export async function renderedObjects(
  stage: Stage,
  environment: string,
): Promise<readonly KubeObject[]> {
  const { code, stdout, stderr } = await runDeployer(
    stage,
    ['render', '--env', environment, '--output', 'json'],
    'capture',
  )
  if (code !== 0) {
    throw new SmokeError('ERR_PROGRAM', `render --env ${environment}: ${stderr || stdout}`)
  }
  const events = stdout.split('\n').filter(Boolean)
  return events.map((line) => (JSON.parse(line) as { readonly object: KubeObject }).object)
}

/** Writes the worker's environment file. */
export function workerEnvironment(stage: Stage, image?: string): Promise<string> {
  return writeEnvironment(stage, { ...SETS.worker, ...(image === undefined ? {} : { image }) })
}
