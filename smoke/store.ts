import { join } from 'node:path'
import { isHere } from './images.ts'
import { manifestOf, readManifests } from './manifest-folder.ts'
import { needProgram } from './program.ts'
import { SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'

/** What keeps the items behind the gateway. */
export interface Store {
  readonly kind: 'embedded' | 'emulator'
  /** Images the cluster needs for it. */
  readonly images: readonly string[]
}

/** No cluster is needed to choose. */
type World = Pick<Stage, 'options' | 'env' | 'signal' | 'voice'>

const EMBEDDED: Store = { kind: 'embedded', images: [] }

/**
 * Decides which store the gateway gets: the one asked for, or else Microsoft's emulator where its image is at hand. Says
 * which, and how to get the other.
 *
 * @throws {SmokeError} `ERR_IMAGE` if the emulator was asked for and its image cannot be had.
 */
export async function chooseStore(stage: World): Promise<Store> {
  const { options, voice } = stage
  const image = await emulatorImage()
  const emulator: Store = { kind: 'emulator', images: [image] }
  if (options.store === 'embedded') {
    voice.tell("store: the gateway's own (--store embedded)")
    return EMBEDDED
  }
  if (await isHere(stage, image)) {
    voice.tell(`store: Microsoft's emulator, ${image}`)
    return emulator
  }
  if (options.store === 'emulator') {
    await pull(stage, image)
    voice.tell(`store: Microsoft's emulator, ${image}, pulled`)
    return emulator
  }
  voice.tell(`store: the gateway's own, because the image of Microsoft's emulator is not here`)
  voice.tell(`       get it with: docker pull ${image}`)
  return EMBEDDED
}

async function emulatorImage(): Promise<string> {
  const manifests = await readManifests(join('manifests', 'emulator'))
  const { document } = manifestOf(manifests, 'Deployment', 'emulator')
  return String(document.getIn(['spec', 'template', 'spec', 'containers', 0, 'image']))
}

async function pull({ env, signal, voice }: World, image: string): Promise<void> {
  voice.command(['docker', 'pull', image])
  await needProgram(['docker', 'pull', image], { env, signal, what: 'docker pull' }).catch(
    (cause: unknown) => {
      if (!(cause instanceof SmokeError) || cause.code !== 'ERR_PROGRAM') throw cause
      throw new SmokeError(
        'ERR_IMAGE',
        `the image of the emulator cannot be had: ${cause.message}`,
        {
          hint: `on a machine that reaches the registry: docker pull ${image}\nor without the emulator: --store embedded`,
          cause,
        },
      )
    },
  )
}
