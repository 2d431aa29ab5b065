import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { docker } from '../../scripts/container-engine.ts'
import { basesOf, buildImage } from '../../scripts/images.ts'
import { run } from '../support/run.ts'
import { IMAGES } from './images.ts'

/** Where no other base is named: any image with a shell and coreutils does. */
const SHELL_BASE = 'node:24-trixie-slim'

/**
 * Lets `use` work on a kind cluster whose node holds the images of the journeys. A cluster that was not there before is
 * deleted afterwards.
 */
export async function withKind<T>(
  name: string,
  use: (kubeconfig: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-kind-'))
  const kubeconfig = join(directory, 'kubeconfig')
  const isThere = (await kind('get', 'clusters')).split('\n').includes(name)
  try {
    if (!isThere) await create(name, kubeconfig)
    else await kind('export', 'kubeconfig', '--name', name, '--kubeconfig', kubeconfig)
    await buildShell(directory)
    await buildImage('deployer', { image: IMAGES.deployer, ...basesOf(process.env) })
    await kind('load', 'docker-image', ...Object.values(IMAGES), '--name', name)
    return await use(kubeconfig)
  } finally {
    if (!isThere) await kind('delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig)
    await rm(directory, { recursive: true, force: true })
  }
}

async function create(name: string, kubeconfig: string): Promise<void> {
  const { KIND_NODE_IMAGE: image } = process.env
  const options = { config: 'kind-config.yaml', wait: '2m', kubeconfig, name, image }
  const flags = Object.entries(options).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}`, value],
  )
  await kind('create', 'cluster', ...flags)
}

/** Its arguments are a shell script. */
async function buildShell(directory: string): Promise<void> {
  const { BUILD_BASE: base = SHELL_BASE } = process.env
  const context = join(directory, 'shell')
  await mkdir(context)
  await writeFile(
    join(context, 'Dockerfile'),
    `FROM ${base}\nUSER 65532:65532\nENTRYPOINT ["/bin/sh", "-c"]\n`,
  )
  await docker(['build', '--tag', IMAGES.shell, context])
}

async function kind(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['kind', ...args])
  if (code !== 0) throw new Error(`kind ${args.slice(0, 2).join(' ')}: ${stderr.trim()}`)
  return stdout.trim()
}
