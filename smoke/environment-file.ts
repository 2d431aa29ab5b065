import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import type { SmokeOptions } from './options.ts'

const TEMPLATE = join('manifests', 'environments', 'kind.yaml')

/** What differs from `manifests/environments/kind.yaml`. */
export interface EnvironmentValues {
  /** Base name of the file, and so of the set of deployed objects. */
  readonly name: string
  readonly namespace?: string
  readonly image?: string
  readonly clientId?: string
  /** How long the worker retries what could be propagation. */
  readonly deadlineSeconds?: number
}

/** For which cluster, and where to. */
interface EnvironmentPlace {
  readonly options: Pick<SmokeOptions, 'context' | 'kubeconfig'>
  /** API server that the context leads to: named, it may be on another machine. */
  readonly server: string
  readonly folder: string
}

/** Beside the environment files, whose relative paths start at their folder. */
const TRUST_ROOT = 'ca.crt'

/** The certificate of the stand-ins' authority, once the platform has told it. */
export function trustRootFile({ folder }: Pick<EnvironmentPlace, 'folder'>): string {
  return join(folder, TRUST_ROOT)
}

/**
 * Writes an environment of the deployer for this cluster: the file for kind, with this context and these values.
 *
 * @returns Its path, for `--env`.
 */
export async function writeEnvironment(
  { options, server, folder }: EnvironmentPlace,
  values: EnvironmentValues,
): Promise<string> {
  const document = parseDocument(await readFile(TEMPLATE, 'utf8'))
  document.setIn(['cluster', 'context'], options.context)
  document.setIn(['cluster', 'server'], server)
  if (options.kubeconfig) document.setIn(['cluster', 'kubeconfig'], options.kubeconfig)
  document.setIn(['trustRoot', 'caFile'], TRUST_ROOT)
  if (values.namespace) document.setIn(['namespace'], values.namespace)
  if (values.image) document.setIn(['image'], values.image)
  if (values.clientId) document.setIn(['identity', 'clientId'], values.clientId)
  if (values.deadlineSeconds) document.setIn(['deadlineSeconds'], values.deadlineSeconds)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${values.name}.yaml`)
  await writeFile(file, document.toString(), { mode: 0o600 })
  return file
}
