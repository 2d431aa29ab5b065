import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { docker } from './container-engine.ts'
import { tarEntries } from './tar.ts'
import type { TarEntry } from './tar.ts'

/** One layer of an image. */
export interface Layer {
  /** `sha256:…` of its uncompressed archive: the same for the same files. */
  readonly digest: string
  /** Of its files, uncompressed. */
  readonly bytes: number
  /** As a registry keeps it, gzip'd. */
  readonly compressedBytes: number
  readonly files: readonly TarEntry[]
}

/** What `docker save` shows of an image. */
export interface ImageFacts {
  readonly image: string
  /** As written in the image: `65532:65532`. */
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly environment: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** From the base to the top. */
  readonly layers: readonly Layer[]
}

/** As `docker save` writes them. */
interface SavedImage {
  readonly Config: string
  readonly RepoTags: readonly string[]
  readonly Layers: readonly string[]
}

interface SavedConfig {
  readonly config: {
    readonly User?: string
    readonly Entrypoint?: readonly string[]
    readonly Env?: readonly string[]
    readonly Labels?: Readonly<Record<string, string>>
  }
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

/**
 * Reads images out of the engine, in the order asked for. Layers they share are read once.
 *
 * @param images With their tags.
 */
export async function imageFacts(images: readonly string[]): Promise<ImageFacts[]> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-image-'))
  try {
    const archive = join(directory, 'images.tar')
    await docker(['save', '--output', archive, ...images])
    await promisify(execFile)('tar', ['-xf', archive, '-C', directory])
    const saved = (await readJson(join(directory, 'manifest.json'))) as SavedImage[]
    const layers = new Map<string, Promise<Layer>>()
    return await Promise.all(
      images.map(async (image) => {
        const found = saved.find(({ RepoTags }) => RepoTags.includes(image))
        if (found === undefined)
          throw new Error(`${image}: the engine saved ${JSON.stringify(saved)}`)
        return facts(image, found, directory, layers)
      }),
    )
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function facts(
  image: string,
  saved: SavedImage,
  directory: string,
  known: Map<string, Promise<Layer>>,
): Promise<ImageFacts> {
  const { config, rootfs } = (await readJson(join(directory, saved.Config))) as SavedConfig
  const layers = saved.Layers.map((path, index) => {
    const digest = rootfs.diff_ids[index] ?? path
    const layer = known.get(digest) ?? readLayer(join(directory, path), digest)
    known.set(digest, layer)
    return layer
  })
  return {
    image,
    user: config.User ?? '',
    entrypoint: config.Entrypoint ?? [],
    environment: config.Env ?? [],
    labels: config.Labels ?? {},
    layers: await Promise.all(layers),
  }
}

async function readLayer(path: string, digest: string): Promise<Layer> {
  const content = await readFile(path)
  const isCompressed = content[0] === 0x1f && content[1] === 0x8b
  const archive = isCompressed ? await promisify(gunzip)(content) : content
  const compressed = isCompressed ? content : await promisify(gzip)(content)
  const files = tarEntries(archive)
  return {
    digest,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    compressedBytes: compressed.length,
    files,
  }
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'))
}
