import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imagesOf, kindNodes } from './kind-nodes.ts'
import { needProgram } from './program.ts'
import type { Stage } from './stage.ts'

/**
 * Brings images from this engine to the cluster, and remembers in the run's folder which ones a kind cluster did not
 * have before, so that they can be taken away again.
 *
 * @throws {SmokeError} `ERR_PROGRAM` if the way there fails.
 */
export async function loadImages(stage: Stage, images: readonly string[]): Promise<void> {
  const { load } = stage
  if (load === undefined || images.length === 0) return
  switch (load.way) {
    case 'engine':
      return stage.voice.tell('nothing to load: the cluster sees the images of this engine')
    case 'kind':
      return loadToKind(stage, load.cluster, images)
    case 'command':
      return loadByCommand(stage, load.command, images)
  }
}

async function loadToKind(stage: Stage, cluster: string, images: readonly string[]): Promise<void> {
  const { env, signal, voice } = stage
  const before = await Promise.all(
    (await kindNodes(stage, cluster)).map((node) => imagesOf(stage, node)),
  )
  const added = images.filter((image) => before.some((there) => !there.includes(qualified(image))))
  await remember(stage, added)
  const words = ['kind', 'load', 'docker-image', ...images, '--name', cluster] as const
  voice.command(words)
  await needProgram([...words], { env, signal, what: `kind load into ${cluster}` })
}

/**
 * The shell is the user's own, and the command is what they typed, as in `docker save … | COMMAND`. By way of a file,
 * because a shell tells of a pipe only how its end fared, and half an archive must not pass as loaded.
 */
async function loadByCommand(
  { env, signal, voice }: Stage,
  command: string,
  images: readonly string[],
): Promise<void> {
  voice.command([`docker save ${images.join(' ')} | ${command}`])
  const folder = await mkdtemp(join(tmpdir(), 'keyless-images-'))
  try {
    const archive = join(folder, 'images.tar')
    const save = ['docker', 'save', '--output', archive, ...images] as const
    await needProgram(save, { env, signal, what: 'docker save' })
    await needProgram(['/bin/sh', '-c', `(${command}\n) < '${archive}'`], {
      env,
      signal,
      what: `--load '${command}'`,
      hint: 'the command reads an image archive from its standard input; try it by hand, as printed above',
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The name by which containerd knows an image that Docker calls NAME:TAG. */
export function qualified(image: string): string {
  const [first = ''] = image.split('/')
  if (image.includes('/') && /[.:]|^localhost$/.test(first)) return image
  return image.includes('/') ? `docker.io/${image}` : `docker.io/library/${image}`
}

function memory({ folder }: Stage): string {
  return join(folder, 'loaded-images')
}

/** Images that this run or one before it has added to the nodes of a kind cluster. */
export async function loadedImages(stage: Stage): Promise<readonly string[]> {
  const text = await readFile(memory(stage), 'utf8').catch(() => '')
  return text.split('\n').filter(Boolean)
}

async function remember(stage: Stage, images: readonly string[]): Promise<void> {
  const all = new Set([...(await loadedImages(stage)), ...images])
  await mkdir(stage.folder, { recursive: true, mode: 0o700 })
  await writeFile(memory(stage), [...all].join('\n'), { mode: 0o600 })
}
