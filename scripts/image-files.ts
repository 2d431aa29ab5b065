// Run by the Dockerfile: `node scripts/image-files.ts TARGET DIRECTORY` lays out the files of one image.
import { chmod, cp, lutimes, mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { addCodeCache } from './code-cache.ts'

/** What each image holds: a path of the project, and the place under /app where it is not the same. */
const FILES = {
  worker: { 'dist/worker.cjs': 'worker.cjs', 'dist/worker.LICENSES.txt': 'LICENSES.txt' },
  platform: { 'dist/platform.cjs': 'platform.cjs', 'dist/platform.LICENSES.txt': 'LICENSES.txt' },
  deployer: {
    'dist/deployer.cjs': 'dist/deployer.cjs',
    'dist/deployer-client-node.cjs': 'dist/deployer-client-node.cjs',
    'dist/deployer.LICENSES.txt': 'LICENSES.txt',
    manifests: 'manifests',
    'package.json': 'package.json', // its version is the deployer's
  },
} as const

/**
 * Puts the files of an image under `DIRECTORY/app`: readable by all, writable by none but root, and all of one time, so that two
 * builds of the same sources are the same.
 *
 * @param seconds The time, since the Unix epoch: https://reproducible-builds.org/specs/source-date-epoch/
 */
export async function layOut(
  target: keyof typeof FILES,
  directory: string,
  seconds: number,
): Promise<void> {
  const app = join(directory, 'app')
  for (const [from, to] of Object.entries({ ...FILES[target], LICENSE: 'LICENSE' })) {
    await mkdir(dirname(join(app, to)), { recursive: true })
    await cp(from, join(app, to), { recursive: true, filter: (path) => !path.endsWith('.map') })
  }
  if (target === 'worker') await addCodeCache(app)
  await settle(directory, seconds)
}

/** Deepest first: putting a file into a folder changes the folder's time. */
async function settle(directory: string, seconds: number): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) await settle(path, seconds)
    else await chmod(path, 0o644)
    await lutimes(path, seconds, seconds)
  }
  await chmod(directory, 0o755)
}

if (import.meta.main) {
  const [target, directory] = process.argv.slice(2)
  const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? 0)
  if (
    target === undefined ||
    !(target in FILES) ||
    directory === undefined ||
    !Number.isSafeInteger(seconds)
  ) {
    throw new TypeError(`expected TARGET (${Object.keys(FILES).join(', ')}) and DIRECTORY`)
  }
  await layOut(target as keyof typeof FILES, directory, seconds)
}
