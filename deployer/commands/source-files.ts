import { isUtf8 } from 'node:buffer'
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
    // a mounted ConfigMap is a folder of links; what is no file of text is told when it is read
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .filter((entry) => /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => entry.name)
    .toSorted()
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  if (names.length === 0 && below.length > 0) throw onlyFolders(folder, below.toSorted())
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      return { name: relative(cwd, file), text: await readSource(file, 'ERR_MANIFEST') }
    }),
  )
}

function onlyFolders(folder: string, below: readonly string[]): DeployError {
  return new DeployError(
    'ERR_MANIFEST',
    `${folder}: holds no .yaml, .yml or .json file, only folders (${below.join(', ')})`,
    {
      subject: folder,
      hint: 'folders of a folder are not read, as kubectl apply does not without -R: name the one with the manifests, each is a set of its own',
    },
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
    return textOf(await readFile(file))
  } catch (cause) {
    const place = key === undefined ? file : `${key}: ${file}`
    throw new DeployError(code, `${place}: ${fileReason(cause)}`, {
      subject: file,
      ...hintOf(cause, key),
      cause,
    })
  }
}

function hintOf(cause: unknown, key: string | undefined): { readonly hint?: string } {
  const isOfThePath = REASONS[(cause as NodeJS.ErrnoException).code ?? ''] !== undefined
  if (key === undefined) return isOfThePath ? { hint: 'check the path' } : {}
  return { hint: TRUST_ROOT_SOURCE }
}

/** Where the one file comes from that an environment names. */
export const TRUST_ROOT_SOURCE =
  'what stands behind it writes it: npm run local for target local, docs/kind.md tells how for target kind'

const MAX_FILE_BYTES = 4 * 1024 * 1024

/** Any other decoding would put a replacement character where a letter was, and deploy that. */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const lines = bytes.toString('latin1').split('\n')
  const line = lines.findIndex((one) => !isUtf8(Buffer.from(one, 'latin1'))) + 1
  throw new Error(`it is not UTF-8 (line ${line}): save it in that encoding`)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder, expected a file',
  ENOTDIR: 'it is a file, expected a folder',
  ELOOP: 'it is a link that leads to itself',
}

function fileReason(cause: unknown): string {
  const error = cause as NodeJS.ErrnoException
  return REASONS[error.code ?? ''] ?? error.message
}
