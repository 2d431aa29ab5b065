import { dirname, join, relative, resolve } from 'node:path'
import type { Environment } from '../core/environment.ts'
import { DeployError } from '../core/errors.ts'
import { objectOf, parseManifests } from '../core/manifests.ts'
import type { Manifest } from '../core/manifests.ts'
import type { KubeObject } from '../core/object.ts'
import { renderHealer } from '../core/render-healer.ts'
import { placeInNamespace, renderWorker, stampOwnership } from '../core/render.ts'
import type { TrustRoot } from '../core/render.ts'
import { WORKLOAD_FOLDERS, workloadKind } from '../core/workload.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import { readFolder, readSource, TRUST_ROOT_SOURCE } from './source-files.ts'
import type { Subject } from './subject.ts'

/**
 * The manifests with all values set, as documents with their comments.
 *
 * @throws {DeployError} `ERR_MANIFEST` with every problem found.
 */
export async function readManifests(
  { environment, environmentFile, set }: Subject,
  options: CommonOptions,
  context: CommandContext,
): Promise<readonly Manifest[]> {
  return stampOwnership(await renderAll(environment, environmentFile, options, context), set)
}

/** The same as plain objects. */
export async function renderedObjects(
  subject: Subject,
  options: CommonOptions,
  context: CommandContext,
): Promise<readonly KubeObject[]> {
  return (await readManifests(subject, options, context)).map(objectOf)
}

async function renderAll(
  environment: Environment,
  environmentFile: string,
  options: CommonOptions,
  context: CommandContext,
): Promise<readonly Manifest[]> {
  if (options.manifests !== undefined) {
    const folder = resolve(context.cwd, options.manifests)
    return placeInNamespace(
      parseManifests(await readFolder(folder, context.cwd)),
      environment.namespace,
    )
  }
  const folder = join(context.root, 'manifests')
  const healer = options.heal === true ? await readFolder(join(folder, 'heal'), context.cwd) : []
  const kind = workloadKind(environment)
  const workload =
    kind === 'Pod'
      ? []
      : await readFolder(join(folder, 'workloads', WORKLOAD_FOLDERS[kind]), context.cwd)
  const manifests = parseManifests([
    ...(await readFolder(folder, context.cwd)),
    ...workload,
    ...healer,
  ])
  const caFile = environment.trustRoot?.caFile
  const rendered = renderWorker(
    manifests,
    environment,
    caFile === undefined
      ? undefined
      : await readTrustRoot(resolve(dirname(environmentFile), caFile), folder, context.cwd),
  )
  return options.heal === true ? renderHealer(rendered, environment) : rendered
}

async function readTrustRoot(caFile: string, folder: string, cwd: string): Promise<TrustRoot> {
  const certificates = await readSource(caFile, 'ERR_ENVIRONMENT', 'trustRoot.caFile')
  if (
    !certificates.includes('-----BEGIN CERTIFICATE-----') ||
    certificates.includes('PRIVATE KEY')
  ) {
    throw new DeployError(
      'ERR_ENVIRONMENT',
      `trustRoot.caFile: expected PEM certificates and no key in ${caFile}`,
      { subject: caFile, hint: TRUST_ROOT_SOURCE },
    )
  }
  const file = join(folder, 'trust-root', 'config-map.yaml')
  const [manifest] = parseManifests([
    { name: relative(cwd, file), text: await readSource(file, 'ERR_MANIFEST') },
  ])
  if (!manifest) throw new TypeError('parseManifests returns at least one manifest')
  return { manifest, certificates }
}
