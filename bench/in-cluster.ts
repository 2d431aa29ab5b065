import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubeObject } from '../deployer/core/object.ts'
import { docker } from '../scripts/container-engine.ts'
import { basesOf, builderEnvironment } from '../scripts/images.ts'
import { momentOfEvent } from '../smoke/event-moment.ts'
import { loadImages } from '../smoke/load.ts'
import { PLATFORM_NAMESPACE, SETS, WORKER_IMAGE, WORKER_NAMESPACE } from '../smoke/names.ts'
import { parseSmokeArguments } from '../smoke/options.ts'
import { createStage } from '../smoke/stage.ts'
import type { Stage } from '../smoke/stage.ts'
import { createVoice } from '../smoke/voice.ts'
import { renderedObjects } from '../smoke/worker.ts'
import { podSample } from './in-cluster/sample.ts'
import type { PodSample } from './in-cluster/sample.ts'
import { roundsOf } from './report.ts'
import type { BenchOptions, Report } from './report.ts'
import { median, pairedRatio, shuffled } from './statistics.ts'

const ROUNDS = 15
const HERE = join(import.meta.dirname, 'in-cluster')
const IDIOMATIC = 'sources and node_modules'
const OURS = 'one file, code cache'
const IDIOMATIC_IMAGE = 'localhost/keyless-cosmos/worker-idiomatic:0.1.0'
/** Of the ConfigMap and of the volume. */
const NAME = 'bench'
const QUANTITIES = ['scheduledToWrittenMs', 'startedToWrittenMs', 'cpuMs', 'rssMiB'] as const

/**
 * The worker in its container against the same worker in a usual one, side by side in one cluster, from the scheduler to the
 * written item. The cluster is one that `npm run smoke -- --context NAME --keep` has left with everything up.
 */
export async function benchInCluster(options: BenchOptions): Promise<Report> {
  const stage = await stageOf(options)
  await needPlatform(stage)
  await bringIdiomatic(stage)
  const pod = await workerPod(stage)
  await applyReport(stage)
  try {
    return report(await runRounds(stage, pod, roundsOf(options, ROUNDS)))
  } finally {
    await stage.kubectl.run(['delete', 'configmap', NAME, '--namespace', WORKER_NAMESPACE])
  }
}

async function stageOf({ context, load }: BenchOptions): Promise<Stage> {
  if (context === undefined) throw new Error('in-cluster: expected --context NAME')
  const words = ['--context', context, ...(load === undefined ? [] : ['--load', load])]
  const options = parseSmokeArguments(words, process.env, () => {})
  if (options === 'help') throw new TypeError('nobody asked for help')
  return createStage({
    options,
    voice: createVoice((text) => void process.stderr.write(text), Date.now),
    env: process.env,
    signal: new AbortController().signal,
    run: 'bench',
  })
}

async function needPlatform({ kubectl, options }: Stage): Promise<void> {
  const found = await kubectl.get(['deployment', 'platform', '--namespace', PLATFORM_NAMESPACE])
  if (found !== undefined) return
  throw new Error(
    `in-cluster: the platform is not on ${options.context}; npm run smoke -- --context ${options.context} --keep brings it there`,
  )
}

async function bringIdiomatic(stage: Stage): Promise<void> {
  const { buildBase } = basesOf(process.env)
  const base = buildBase ? ['--build-arg', `BUILD_BASE=${buildBase}`] : []
  const file = join(HERE, 'idiomatic.Dockerfile')
  await docker(['build', '--file', file, '--tag', IDIOMATIC_IMAGE, ...base, '.'], {
    env: await builderEnvironment(),
  })
  await loadImages(stage, [IDIOMATIC_IMAGE])
}

/** As the deployer would apply it, from the environment file that the smoke test has left. */
async function workerPod(stage: Stage): Promise<KubeObject> {
  const objects = await renderedObjects(stage, join(stage.folder, `${SETS.worker.name}.yaml`))
  const pod = objects.find(({ kind }) => kind === 'Pod')
  if (pod === undefined) throw new Error('in-cluster: the manifests hold no Pod')
  return pod
}

async function applyReport({ kubectl }: Stage): Promise<void> {
  const script = await readFile(join(HERE, 'report.cjs'), 'utf8')
  await apply(kubectl, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: NAME, namespace: WORKER_NAMESPACE },
    data: { 'report.cjs': script },
  })
}

async function apply(kubectl: Stage['kubectl'], object: object): Promise<void> {
  await kubectl.need(['apply', '--filename', '-'], { input: JSON.stringify(object) })
}

type Samples = Readonly<Record<string, PodSample[]>>

/** One pod of each per round, in random order, after a round that does not count. */
async function runRounds(stage: Stage, pod: KubeObject, rounds: number): Promise<Samples> {
  const images = [
    { name: IDIOMATIC, image: IDIOMATIC_IMAGE },
    { name: OURS, image: WORKER_IMAGE },
  ]
  const samples: Samples = { [IDIOMATIC]: [], [OURS]: [] }
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, image } of shuffled(images, Math.random)) {
      const sample = await runOnce(stage, measured(pod, image))
      if (round >= 0) samples[name]?.push(sample)
    }
  }
  return samples
}

/** The pod under another name, with another image, and with the report preloaded. */
function measured(pod: KubeObject, image: string): KubeObject {
  const { labels } = pod.metadata as { readonly labels?: object }
  const spec = structuredClone(pod['spec']) as {
    readonly containers: Record<string, unknown>[]
    volumes?: object[]
  }
  const [container = {}] = spec.containers
  const { env = [], volumeMounts = [] } = container as { env?: object[]; volumeMounts?: object[] }
  container['image'] = image
  container['env'] = [...env, { name: 'NODE_OPTIONS', value: `--require=/${NAME}/report.cjs` }]
  container['volumeMounts'] = [
    ...volumeMounts,
    { name: NAME, mountPath: `/${NAME}`, readOnly: true },
  ]
  spec.volumes = [...(spec.volumes ?? []), { name: NAME, configMap: { name: NAME } }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: NAME, namespace: WORKER_NAMESPACE, labels },
    spec,
  } as KubeObject
}

async function runOnce({ kubectl }: Stage, pod: KubeObject): Promise<PodSample> {
  const inNamespace = ['--namespace', WORKER_NAMESPACE]
  await apply(kubectl, pod)
  try {
    const ended = '--for=jsonpath={.status.phase}=Succeeded'
    await kubectl.run(['wait', `pod/${NAME}`, ended, '--timeout=60s', ...inNamespace])
    const log = await kubectl.need(['logs', NAME, '--timestamps', ...inNamespace])
    return podSample(await scheduledAt(kubectl), log)
  } finally {
    await kubectl.run(['delete', 'pod', NAME, '--now', ...inNamespace])
  }
}

interface LivePod {
  readonly metadata: { readonly uid: string }
}

interface Events {
  readonly items: readonly { readonly metadata: { readonly name: string } }[]
}

/** The pod's own condition is known to the second only, but the scheduler's event has the moment in its name. */
async function scheduledAt(kubectl: Stage['kubectl']): Promise<number> {
  const inNamespace = ['--namespace', WORKER_NAMESPACE]
  const pod = await kubectl.get<LivePod>(['pod', NAME, ...inNamespace])
  const selector = `involvedObject.uid=${pod?.metadata.uid},reason=Scheduled`
  const events = await kubectl.get<Events>(['events', '--field-selector', selector, ...inNamespace])
  const [event] = events?.items ?? []
  if (event === undefined) throw new Error('in-cluster: the scheduler wrote no event')
  return momentOfEvent(event.metadata.name)
}

function report(samples: Samples): Report {
  const values = (name: string, quantity: keyof PodSample) =>
    (samples[name] ?? []).map((sample) => sample[quantity])
  const ratio = (quantity: keyof PodSample) =>
    Number(pairedRatio(values(OURS, quantity), values(IDIOMATIC, quantity)).toFixed(3))
  const rows = [
    ['', ...QUANTITIES],
    ...[IDIOMATIC, OURS].map((name) => [
      name,
      ...QUANTITIES.map((quantity) => median(values(name, quantity)).toFixed(0)),
    ]),
    ['ratio', ...QUANTITIES.map((quantity) => ratio(quantity).toFixed(3))],
  ]
  return {
    table: rows
      .map(
        ([name = '', ...cells]) =>
          name.padEnd(IDIOMATIC.length) + cells.map((cell) => cell.padStart(23)).join(''),
      )
      .join('\n'),
    numbers: Object.fromEntries(
      QUANTITIES.map((quantity) => [`${quantity}Ratio`, ratio(quantity)]),
    ),
  }
}
