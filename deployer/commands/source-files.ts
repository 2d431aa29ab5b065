import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { DeployError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { SourceFile } from '../core/source-file.ts'

/** YAML and JSON files of the folder itself, as `kubectl apply -f DIR` takes them, by name. */
export async function readFolder(folder: string, cwd: string): Promise<readonly SourceFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new DeployError('ERR_MANIFEST', `${folder}: ${fileReason(cause)}`, {
      subject: folder,
      cause,
    })
  })
  const names = entries
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => entry.name)
    .toSorted()
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      return { name: relative(cwd, file), text: await readSource(file, 'ERR_MANIFEST') }
    }),
  )
}

/**
 * Text of one file.
 *
 * @param key The key of the environment that names it.
 * @throws {DeployError} of this code, saying why it cannot be read.
 */
export async function readSource(file: string, code: ErrorCode, key?: string): Promise<string> {
  try {
    if ((await stat(file)).size > MAX_FILE_BYTES) throw new Error('it is larger than 4 MiB')
    return await readFile(file, 'utf8')
  } catch (cause) {
    const place = key === undefined ? file : `${key}: ${file}`
    throw new DeployError(code, `${place}: ${fileReason(cause)}`, {
      subject: file,
      hint:
        key === undefined
          ? 'check the path'
          : 'what stands behind it writes it: npm run local for target local, docs/kind.md tells how for target kind',
      cause,
    })
  }
}

const MAX_FILE_BYTES = 4 * 1024 * 1024

function fileReason(cause: unknown): string {
  const error = cause as NodeJS.ErrnoException
  if (error.code === 'ENOENT') return 'there is no such file or folder'
  if (error.code === 'EACCES') return 'permission denied'
  if (error.code === 'EISDIR') return 'it is a folder, expected a file'
  if (error.code === 'ENOTDIR') return 'it is a file, expected a folder'
  return error.message
}
