import { mkdir, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { withAfterwards } from './afterwards.ts'
import {
  contextOf,
  createKindCluster,
  deleteKindCluster,
  kindClusters,
  makerOf,
  useKindCluster,
} from './kind-cluster.ts'
import type { KindCluster } from './kind-cluster.ts'
import { claimRef, heldBy } from './claim.ts'
import { chooseParts, journey } from './journey.ts'
import type { KindOptions, SmokeOptions } from './options.ts'
import { checkTools } from './preflight/tools.ts'
import type { Teller } from './run-story.ts'
import { SmokeError } from './smoke-error.ts'
import { stateFolder } from './stage.ts'
import { tellHowToGoOn } from './voice.ts'

/** What tells the story, and the command line of this run. */
type Told = Teller & { readonly again: string }

/**
 * Makes a kind cluster, runs the journey on it, and deletes it: after success, failure and Ctrl-C alike, unless it is to
 * be kept. A cluster that no run has made is left alone, whatever was asked.
 */
export async function kindJourney(options: KindOptions, teller: Told): Promise<void> {
  const { env, signal, run, cleanUpSignal } = teller
  const context = contextOf(options.name)
  const cluster: KindCluster = {
    name: options.name,
    kubeconfig: resolve(`${stateFolder(context)}.kubeconfig`),
    ...(options.nodeImage === undefined ? {} : { nodeImage: options.nodeImage }),
  }
  const inside: SmokeOptions = { ...options, context, kubeconfig: cluster.kubeconfig, load: 'kind' }
  await checkTools({ docker: true, kind: true, kubectl: true, env, signal })
  await mkdir(dirname(cluster.kubeconfig), { recursive: true, mode: 0o700 })
  const isThere = (await kindClusters(teller)).includes(options.name)
  if (isThere) await needMade(cluster, options, teller)
  if (options.remove) return remove(cluster, teller)
  // What cannot be had is told before a cluster is made for it
  const chosen = isThere ? {} : { parts: await chooseParts({ ...teller, options: inside }, false) }
  // Somebody else is in it, or is making one of this name: deleting it would take theirs away
  let isOthers = false
  const story = async () => {
    await (isThere ? goOnWith(cluster, teller) : make(cluster, teller))
    await journey({ ...teller, ...chosen, options: inside, isDisposable: true })
  }
  await withAfterwards(
    () =>
      story().catch((error: unknown) => {
        isOthers = error instanceof SmokeError && error.code === 'ERR_OCCUPIED'
        throw error
      }),
    async (failed) => {
      if (isOthers) return
      if (options.keep) return failed ? tellKept(cluster, teller) : undefined
      const world = { ...teller, signal: cleanUpSignal() }
      const maker = await makerOf(cluster, world)
      if (maker === undefined || maker === run) return remove(cluster, world, failed)
      teller.voice.say(`The kind cluster is left to the run that has taken it over: ${maker}`)
    },
  )
}

async function make(cluster: KindCluster, teller: Told): Promise<void> {
  teller.voice.say(`Making the kind cluster ${cluster.name}`)
  await createKindCluster(cluster, teller)
}

async function goOnWith(cluster: KindCluster, teller: Told): Promise<void> {
  teller.voice.say(`Going on with the kind cluster ${cluster.name}`)
  await useKindCluster(cluster, teller)
}

/** @throws {SmokeError} `ERR_OCCUPIED` unless a run has made it, and the user wants it gone on with or removed. */
async function needMade(cluster: KindCluster, options: KindOptions, teller: Told): Promise<void> {
  const maker = await makerOf(cluster, teller)
  const subject = `the kind cluster "${cluster.name}"`
  if (maker !== undefined && (options.reuse || options.remove)) return
  if (maker !== undefined) throw heldBy(maker, subject)
  throw new SmokeError(
    'ERR_OCCUPIED',
    `${subject} is there, and does not say that a smoke run has made it (${claimRef('cluster')}): left alone`,
    {
      hint: [
        'take another name: --name NAME',
        `if nobody needs it, or a run was killed while it made it: kind delete cluster --name ${cluster.name}`,
        `if it is stopped: docker start ${cluster.name}-control-plane`,
      ].join('\n'),
    },
  )
}

function tellKept({ kubeconfig }: KindCluster, { voice, again }: Told): void {
  voice.say('Stopped; the kind cluster stays, as asked')
  voice.tell(`export KUBECONFIG=${kubeconfig}`)
  tellHowToGoOn(voice, again)
}

async function remove(cluster: KindCluster, teller: Teller, failed = false): Promise<void> {
  teller.voice.say(failed ? 'Stopped: deleting the kind cluster' : 'Deleting the kind cluster')
  const left = await deleteKindCluster(cluster, teller)
  teller.voice.tell(`left on this machine: ${left.length === 0 ? 'nothing' : left.join(', ')}`)
  if (left.length > 0) {
    throw new SmokeError('ERR_LEFT_BEHIND', `kind left ${left.join(', ')}`, {
      hint: `kind delete cluster --name ${cluster.name}`,
    })
  }
  await rm(stateFolder(`kind-${cluster.name}`), { recursive: true, force: true })
}
