import { mkdir, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { withAfterwards } from './afterwards.ts'
import {
  createKindCluster,
  deleteKindCluster,
  kindClusters,
  useKindCluster,
} from './kind-cluster.ts'
import type { KindCluster } from './kind-cluster.ts'
import { journey } from './journey.ts'
import type { KindOptions } from './options.ts'
import { checkTools } from './preflight/tools.ts'
import type { Teller } from './run-story.ts'
import { SmokeError } from './smoke-error.ts'
import { stateFolder } from './stage.ts'
import { tellHowToGoOn } from './voice.ts'

/** What tells the story, and the command line of this run. */
type Told = Teller & { readonly again: string }

/**
 * Makes a kind cluster, runs the journey on it, and deletes it: after success, failure and Ctrl-C alike, unless it is to
 * be kept.
 */
export async function kindJourney(options: KindOptions, teller: Told): Promise<void> {
  const { voice, env, signal, cleanUpSignal } = teller
  const context = `kind-${options.name}`
  const cluster: KindCluster = {
    name: options.name,
    kubeconfig: resolve(`${stateFolder(context)}.kubeconfig`),
    ...(options.nodeImage === undefined ? {} : { nodeImage: options.nodeImage }),
  }
  await checkTools({ docker: true, kind: true, kubectl: true, env, signal })
  const isThere = (await kindClusters(teller)).includes(options.name)
  if (options.remove) return remove(cluster, teller)
  if (isThere && !options.reuse) throw clusterThere(options.name)
  await mkdir(dirname(cluster.kubeconfig), { recursive: true, mode: 0o700 })
  await withAfterwards(
    async () => {
      voice.say(
        `${isThere ? 'Going on with the kind cluster' : 'Making the kind cluster'} ${options.name}`,
      )
      if (isThere) await useKindCluster(cluster, teller)
      else await createKindCluster(cluster, teller)
      await journey({
        ...teller,
        options: { ...options, context, kubeconfig: cluster.kubeconfig, load: 'kind' },
        isDisposable: true,
      })
    },
    async (failed) => {
      if (!options.keep) await remove(cluster, { ...teller, signal: cleanUpSignal() }, failed)
      else if (failed) tellKept(cluster, teller)
    },
  )
}

function tellKept({ kubeconfig }: KindCluster, { voice, again }: Told): void {
  voice.say('Stopped; the kind cluster stays, as asked')
  voice.tell(`export KUBECONFIG=${kubeconfig}`)
  tellHowToGoOn(voice, again)
}

async function remove(
  cluster: KindCluster,
  teller: Pick<Teller, 'voice' | 'env' | 'signal'>,
  failed = false,
): Promise<void> {
  teller.voice.say(failed ? 'Stopped: deleting the kind cluster' : 'Deleting the kind cluster')
  const left = await deleteKindCluster(cluster, teller)
  teller.voice.tell(`left on this machine: ${left.length === 0 ? 'nothing' : left.join(', ')}`)
  if (left.length > 0) {
    throw new SmokeError('ERR_LEFT_BEHIND', `kind left ${left.join(', ')}`, {
      hint: 'npm run smoke:kind -- --remove',
    })
  }
  await rm(stateFolder(`kind-${cluster.name}`), { recursive: true, force: true })
}

function clusterThere(name: string): SmokeError {
  return new SmokeError('ERR_OCCUPIED', `the kind cluster "${name}" is there already`, {
    hint: [
      'from an earlier run? go on with it: --reuse, or remove it: --remove',
      'or take another name: --name NAME',
    ].join('\n'),
  })
}
