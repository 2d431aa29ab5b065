import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { VolumeFile, VolumeFiles } from './volumes.ts'

const DATA = '..data'
const NEW_DATA = '..data_tmp'

/**
 * Makes `directory` hold exactly `files`, all at once: the files live in a directory of their own, `..data` points to
 * it, and a rename moves the pointer. A reader sees the old set or the new one, never a mixture or half a file.
 *
 * @returns whether anything had to be written.
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go
 */
export async function writeAtomically(directory: string, files: VolumeFiles): Promise<boolean> {
  const pointer = join(directory, DATA)
  const old = await readlink(pointer).catch(() => undefined)
  if (old !== undefined && (await isSame(join(directory, old), files))) return false

  const fresh = await mkdtemp(`${directory}/..`)
  await chmod(fresh, 0o755)
  for (const [path, file] of files) await writeFile(join(fresh, path), file)
  await rm(join(directory, NEW_DATA), { force: true })
  await symlink(fresh.slice(directory.length + 1), join(directory, NEW_DATA))
  await rename(join(directory, NEW_DATA), pointer)

  await showOnly(directory, new Set([...files.keys()].map((path) => path.split('/')[0] ?? path)))
  if (old !== undefined) await rm(join(directory, old), { recursive: true, force: true })
  return true
}

/** The mode counts from the first byte on: the file is never more open than asked, and the umask takes nothing away. */
async function writeFile(path: string, { data, mode }: VolumeFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  const file = await open(path, 'wx', mode & 0o600 ? mode : 0o600)
  try {
    await file.writeFile(data)
    await file.chmod(mode)
  } finally {
    await file.close()
  }
}

async function isSame(directory: string, files: VolumeFiles): Promise<boolean> {
  const present = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  if (present.filter((entry) => entry.isFile()).length !== files.size) return false
  for (const [path, { data, mode }] of files) {
    const place = join(directory, path)
    const content = await readFile(place).catch(() => undefined)
    if (content === undefined || !content.equals(data)) return false
    if (((await stat(place)).mode & 0o777) !== mode) return false
  }
  return true
}

/** Links for what users see, each into `..data`; links to what is gone are removed. */
async function showOnly(directory: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith('..') && !names.has(name)) await rm(join(directory, name))
  }
  for (const name of names) {
    const link = join(directory, name)
    const exists = await lstat(link).then(
      () => true,
      () => false,
    )
    if (!exists) await symlink(join(DATA, name), link)
  }
}
