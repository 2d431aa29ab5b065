import { rm } from 'node:fs/promises'
import { shellWord } from '../deployer/core/shell-word.ts'
import { throwAll } from './all-of.ts'
import { imagesOf, kindNodes, removeImages } from './kind-nodes.ts'
import { loadedImages, qualified } from './load.ts'
import { membersSelector, OUR_NAMESPACES, READER_LABEL, READER_NAMESPACE } from './names.ts'
import { claimant, claimRef, release } from './claim.ts'
import { checkServer } from './preflight/cluster.ts'
import { notOurs } from './preflight/occupied.ts'
import { removePlatform } from './platform.ts'
import { removeRefusals } from './refusals.ts'
import { SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'
import { commandLine } from './voice.ts'
import { removeUpstreamWebhook } from './webhook.ts'
import { removeWorker } from './worker.ts'

/**
 * Removes what an earlier run has left, and nothing that no run has made.
 *
 * @throws {SmokeError} `ERR_OCCUPIED` if what has the names of ours is somebody else's, else as `removeEverything`.
 */
export async function removeEarlier(stage: Stage): Promise<void> {
  const { kubectl, voice } = stage
  voice.say('Looking for what an earlier run has left')
  await needServer(stage)
  const run = await claimant(kubectl, 'objects')
  if (run !== undefined) {
    voice.tell(`${claimRef('objects')} names it: ${run}`)
    return removeEverything(stage)
  }
  const names = (await kubectl.get<Named>(['namespaces']))?.items.map((one) => one.metadata.name)
  const others = OUR_NAMESPACES.filter((name) => names?.includes(name))
  if (others.length > 0) throw notOurs(stage, others)
  voice.tell(`nothing: there is no ${claimRef('objects')}`)
}

/** Removes what this run has made, unless another has taken it over meanwhile: then it is that one's to remove. */
export async function removeOwn(stage: Stage, failed: boolean): Promise<void> {
  const { kubectl, voice, run } = stage
  voice.say(
    failed ? 'Stopped: removing everything that was made' : 'Removing everything that was made',
  )
  await needServer(stage)
  const holder = await claimant(kubectl, 'objects')
  if (holder === undefined || holder === run) return removeEverything(stage)
  voice.tell(`left to the run that holds this cluster: ${holder}`)
}

/**
 * Removes everything that a run makes, whichever part of it is there, then looks for itself what is left; only then gives
 * the cluster free.
 *
 * Works from nothing but the cluster: the deployer's own inventories say what was deployed, so that a run that was killed
 * can be cleaned up by the next.
 *
 * @throws {SmokeError} `ERR_LEFT_BEHIND` with what is left.
 */
async function removeEverything(stage: Stage): Promise<void> {
  const problems: unknown[] = []
  for (const steps of [...STEPS, [tellWhatIsLeft]]) {
    const results = await Promise.allSettled(steps.map((step) => step(stage)))
    stage.signal.throwIfAborted()
    problems.push(...results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])))
  }
  throwAll(problems)
  await release(stage.kubectl, 'objects')
  await rm(stage.folder, { recursive: true, force: true })
}

/**
 * Objects all at once, because every namespace takes Kubernetes five seconds and no pod needs another to end; images when
 * no pod is left that uses them. What fails keeps nothing else from being removed.
 */
const STEPS = [
  [removeWorker, removeRefusals, removeReader, removePlatform, removeUpstreamWebhook],
  [removeLoadedImages],
] as const

const READER_SELECTOR = `${READER_LABEL.name}=${READER_LABEL.value}`

/** Only if a run made it: somebody else's may have the same name. */
async function removeReader({ kubectl, voice }: Stage): Promise<void> {
  const selected = [
    '--selector',
    READER_SELECTOR,
    '--field-selector',
    `metadata.name=${READER_NAMESPACE}`,
  ]
  const said = await kubectl.need(['delete', 'namespace', ...selected, '--timeout=60s'])
  if (said.includes(READER_NAMESPACE)) voice.tell(`Namespace/${READER_NAMESPACE} deleted`)
}

/** The command that removes what is left. */
function removal({ options: { context, kubeconfig } }: Stage): string {
  const command = `${commandLine('npm run smoke --', ['--context', context])} --remove`
  return kubeconfig === undefined ? command : `KUBECONFIG=${shellWord(kubeconfig)} ${command}`
}

/** Without it every step would complain of the same. */
async function needServer(stage: Stage): Promise<void> {
  try {
    await checkServer(stage)
  } catch (cause) {
    if (!(cause instanceof SmokeError)) throw cause
    throw new SmokeError(cause.code, `nothing can be removed now: ${cause.message}`, {
      hint: [cause.hint, `then remove it: ${removal(stage)}`].filter(Boolean).join('\n'),
      exitCode: 1,
      cause,
    })
  }
}

/** From the nodes of a kind cluster; elsewhere nobody but the user knows how. */
async function removeLoadedImages(stage: Stage): Promise<void> {
  const { load } = stage
  const images = (await loadedImages(stage)).map(qualified)
  if (load?.way !== 'kind' || images.length === 0) return
  for (const node of await kindNodes(stage, load.cluster)) await removeImages(stage, node, images)
}

/** Kinds that are looked through by the deployer's mark: of our sets, not of others' on the same cluster. */
const KINDS = [
  'namespaces',
  'clusterroles',
  'clusterrolebindings',
  'mutatingwebhookconfigurations',
] as const

interface Named {
  readonly items: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[]
}

async function tellWhatIsLeft(stage: Stage): Promise<void> {
  const { kubectl, voice, load } = stage
  const [members, reader] = await Promise.all([
    kubectl.get<Named>([KINDS.join(','), '--selector', membersSelector()]),
    kubectl.get<Named>(['namespaces', '--selector', READER_SELECTOR]),
  ])
  const objects = [...(members?.items ?? []), ...(reader?.items ?? [])].map(
    ({ kind, metadata }) => `${kind}/${metadata.name}`,
  )
  const left = [...objects, ...(await imagesLeft(stage))]
  const looked = `${KINDS.join(', ')}${load?.way === 'kind' ? ', images on the nodes' : ''}`
  voice.tell(`left: ${left.length === 0 ? 'nothing' : left.join(', ')} (looked at ${looked})`)
  if (load?.way === 'command') {
    voice.tell(`the images that \`${load.command}\` took stay where it put them`)
  }
  if (left.length === 0) return
  throw new SmokeError('ERR_LEFT_BEHIND', `left in the cluster: ${left.join(', ')}`, {
    hint: `remove it: ${removal(stage)}`,
  })
}

async function imagesLeft(stage: Stage): Promise<readonly string[]> {
  const { load } = stage
  const images = (await loadedImages(stage)).map(qualified)
  if (load?.way !== 'kind' || images.length === 0) return []
  const nodes = await kindNodes(stage, load.cluster)
  const left = await Promise.all(
    nodes.map(async (node) => {
      const there = await imagesOf(stage, node)
      return images.filter((image) => there.includes(image)).map((image) => `${image} on ${node}`)
    }),
  )
  return left.flat()
}
