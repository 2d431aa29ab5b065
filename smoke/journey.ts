import { waitUntilAdmitted } from './admission.ts'
import { withAfterwards } from './afterwards.ts'
import { claim } from './claim.ts'
import { removeEarlier, removeOwn } from './cleanup.ts'
import { tellDifference } from './difference.ts'
import { tenantId } from './declared.ts'
import { prepareImages } from './images.ts'
import { PLATFORM_NAMESPACE } from './names.ts'
import { bringUpPlatform } from './platform.ts'
import { checkFirst } from './preflight/check.ts'
import { readAsSecondIdentity } from './reader.ts'
import { showRefusals } from './refusals.ts'
import { createStage } from './stage.ts'
import type { Stage, StageSetting } from './stage.ts'
import { chooseStore } from './store.ts'
import type { Store } from './store.ts'
import { tellHowToGoOn } from './voice.ts'
import { installUpstreamWebhook, readUpstreamWebhook, waitForUpstreamWebhook } from './webhook.ts'
import type { UpstreamWebhook } from './webhook.ts'
import { deployWorker, tellTimes, workerEnvironment } from './worker.ts'

/** What a run needs from the process around it. */
export interface JourneySetting extends StageSetting {
  /** A signal of its own for the clean-up: the run's may be aborted by then. */
  readonly cleanUpSignal: () => AbortSignal
  /** The command line of this run, to be run again with another option. */
  readonly again: string
  /** The cluster is its maker's to remove, or to keep: after a failure nothing is done, or said, about what is in it. */
  readonly isDisposable?: true
  /** If it was chosen before the cluster was made. */
  readonly parts?: Parts
}

/**
 * The whole story on one cluster, from the first look to nothing left.
 *
 * Whatever goes wrong after the first look, what was made is removed, or with `--keep` named.
 *
 * @throws {SmokeError} or, if the clean-up failed as well, an `AggregateError` of both.
 */
export async function journey(setting: JourneySetting): Promise<void> {
  if (setting.options.remove) return removeEarlier(await createStage(setting))
  const { stage, upstreamWebhook, issuer } = await checkFirst(setting)
  const parts = setting.parts ?? (await chooseParts(stage, upstreamWebhook))
  await withAfterwards(
    () => story(stage, { ...parts, issuer }),
    (failed) => end(setting, failed),
  )
}

/** What the user can choose between, and the images it needs. */
export interface Parts {
  readonly store: Store
  /** Absent if the stand-in's webhook is used, or an upstream one that is there already. */
  readonly webhook?: UpstreamWebhook
}

/** @throws {SmokeError} if what was asked for cannot be had. */
export async function chooseParts(
  stage: Pick<Stage, 'options' | 'env' | 'signal' | 'voice'>,
  upstreamIsThere: boolean,
): Promise<Parts> {
  const store = await chooseStore(stage)
  if (!stage.options.realWebhook) return { store }
  if (!upstreamIsThere)
    return { store, webhook: await readUpstreamWebhook(stage, await tenantId()) }
  stage.voice.tell('webhook: the upstream one that is in the cluster')
  return { store }
}

async function story(
  stage: Stage,
  { store, webhook, issuer }: Parts & { readonly issuer: string },
): Promise<void> {
  const { voice } = stage
  await claim(stage.kubectl, 'objects', { run: stage.run, takeOver: stage.options.reuse })
  const builds = stage.options.image === undefined || stage.options.platformImage === undefined
  voice.say(
    builds
      ? 'Building the images, and bringing them to the cluster'
      : 'Taking the images that are named',
  )
  const images = await prepareImages(stage, [...store.images, ...(webhook?.images ?? [])])

  if (webhook) {
    voice.say('Installing the upstream webhook, as its project publishes it')
    await installUpstreamWebhook(stage, webhook)
  }
  voice.say('Deploying the stand-ins of Microsoft Entra and Cosmos DB')
  await bringUpPlatform(stage, { images, issuer, store: store.kind })
  if (webhook) {
    voice.tell('waiting up to 4 min for the upstream webhook')
    await waitForUpstreamWebhook(stage)
  }
  await waitUntilAdmitted(stage)

  voice.say('Deploying the worker, with the same command and plan as for AKS')
  const environment = await deployWorker(stage, images)

  voice.say('Timing the links from the spec to "written"')
  const { chainMs } = await tellTimes(stage)

  voice.say('Reading the document from outside, as a second identity that may only read')
  for (const item of await readAsSecondIdentity(stage)) voice.tell(JSON.stringify(item))

  voice.say('Deploying the same pod with one link broken, three times')
  await showRefusals(stage, { images, chainMs })

  voice.say('Comparing with the same pod on AKS')
  await tellDifference(stage, environment)
}

/** Removes what was made, or says where it is. */
async function end(setting: JourneySetting, failed: boolean): Promise<void> {
  const { options, voice, again } = setting
  if (failed && setting.isDisposable) return
  if (!options.keep) {
    const stage = await createStage({ ...setting, signal: setting.cleanUpSignal() })
    return removeOwn(stage, failed)
  }
  const stage = await createStage(setting)
  const environment = await workerEnvironment(stage, options.image)
  voice.say('Everything stays, as asked')
  if (options.kubeconfig !== undefined) voice.tell(`export KUBECONFIG=${options.kubeconfig}`)
  voice.tell(`npm run logs -- --env ${environment}`)
  voice.tell(
    `kubectl --context ${options.context} logs --namespace ${PLATFORM_NAMESPACE} deployment/platform`,
  )
  tellHowToGoOn(voice, again)
}
