import { docker, EngineError } from '../scripts/container-engine.ts'
import { basesOf, buildImage } from '../scripts/images.ts'
import { fromEngine } from './engine-error.ts'
import { loadImages } from './load.ts'
import { PLATFORM_IMAGE, WORKER_IMAGE } from './names.ts'
import type { Stage } from './stage.ts'

/** What the cluster runs. */
export interface Images {
  readonly worker: string
  readonly platform: string
}

/**
 * Builds what is not named, and brings it to the cluster.
 *
 * @param others Images of others that the run needs: brought along if this engine has them, else the cluster pulls them.
 * @throws {SmokeError} `ERR_PROGRAM` if a build or the way to the cluster fails.
 */
export async function prepareImages(stage: Stage, others: readonly string[]): Promise<Images> {
  const { options, voice } = stage
  const named = { worker: options.image, platform: options.platformImage }
  const images = {
    worker: named.worker ?? WORKER_IMAGE,
    platform: named.platform ?? PLATFORM_IMAGE,
  }
  const targets = (['worker', 'platform'] as const).filter((target) => named[target] === undefined)
  for (const target of targets) await build(stage, target, images[target])
  const along: string[] = []
  for (const image of others) if (await isHere(stage, image)) along.push(image)
  await loadImages(stage, [...targets.map((target) => images[target]), ...along])
  voice.tell(`worker ${images.worker}, platform ${images.platform}`)
  return images
}

/** Whether this engine has the image; `false` if there is no engine to ask. */
export async function isHere(
  { env, signal }: Pick<Stage, 'env' | 'signal'>,
  image: string,
): Promise<boolean> {
  const format = ['--format', '{{.Id}}']
  return docker(['image', 'inspect', ...format, image], { env, signal }).then(
    () => true,
    (error: unknown) => {
      signal.throwIfAborted()
      if (error instanceof EngineError) return false
      throw error
    },
  )
}

/** The engine remembers what it has built: a second time it takes seconds. `--reuse` takes what is there. */
async function build(stage: Stage, target: keyof Images, image: string): Promise<void> {
  const { options, env, signal, voice } = stage
  if (options.reuse && (await isHere(stage, image))) return
  voice.command(['npm', 'run', 'images', '--', target])
  await fromEngine(buildImage(target, { ...basesOf(env), image, signal }), signal)
}
