import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import type { Platform } from './platform.ts'

/**
 * Writes the deployer's environment for a running platform: the given file, with this platform's addresses.
 *
 * @param template An environment file for the local target; its other values and comments are kept.
 * @returns The path of the written file, for `--env`.
 */
export async function writeEnvironment(
  platform: Platform,
  options: {
    readonly template: string
    readonly namespace?: string
    /** How long the worker retries what could be propagation; nothing propagates here, so a few seconds do. */
    readonly deadlineSeconds?: number
    /** Base name of the written file, and so the name of the set of deployed objects. */
    readonly name?: string
  },
): Promise<string> {
  const document = parseDocument(await readFile(options.template, 'utf8'))
  document.setIn(['cluster', 'kubeconfig'], platform.kubeconfig)
  document.setIn(['cosmos', 'endpoint'], platform.urls.cosmos)
  document.setIn(['trustRoot', 'caFile'], platform.caFile)
  if (options.namespace) document.setIn(['namespace'], options.namespace)
  if (options.deadlineSeconds) document.setIn(['deadlineSeconds'], options.deadlineSeconds)
  const file = join(platform.directory, `${options.name ?? 'environment'}.yaml`)
  await writeFile(file, document.toString(), { mode: 0o600 })
  return file
}
