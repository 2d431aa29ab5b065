import { join } from 'node:path'
import { helm } from '../scripts/kubectl.ts'
import { destroy, needDeployer } from './deployer.ts'
import { writeEnvironment } from './environment-file.ts'
import { parseManifests, readManifests, writeManifests } from './manifest-folder.ts'
import type { ManifestFile } from './manifest-folder.ts'
import { SETS, UPSTREAM_NAMESPACE } from './names.ts'
import { lastLines, needProgram } from './program.ts'
import { SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'

/** The upstream webhook as its project publishes it. */
export interface UpstreamWebhook {
  readonly manifests: readonly ManifestFile[]
  readonly images: readonly string[]
}

/** No cluster is needed to read it. */
type World = Pick<Stage, 'options' | 'env' | 'signal' | 'voice'>

/** @see https://azure.github.io/azure-workload-identity/docs/installation/mutating-admission-webhook.html */
const CHART = {
  repository: 'https://azure.github.io/azure-workload-identity/charts',
  name: 'workload-identity-webhook',
  version: '1.6.0',
}
/** Its pods are ready only when the kubelet has shown them the certificate they made: up to two minutes. */
const READY_TIMEOUT = '240s'
const DEPLOYMENT = 'azure-wi-webhook-controller-manager'

/**
 * Gets the manifests of the upstream webhook: from the file that was named, else from its chart.
 *
 * @throws {SmokeError} `ERR_IMAGE` if neither can be had.
 */
export async function readUpstreamWebhook(
  stage: World,
  tenantId: string,
): Promise<UpstreamWebhook> {
  const { realWebhookManifest } = stage.options
  const manifests =
    realWebhookManifest === undefined
      ? await fromChart(stage, tenantId)
      : await fromFile(realWebhookManifest)
  const images = manifests.flatMap(({ kind, document }) => {
    const image = document.getIn(['spec', 'template', 'spec', 'containers', 0, 'image'])
    return kind === 'Deployment' && typeof image === 'string' ? [image] : []
  })
  return { manifests, images }
}

/** Installs it with the deployer, so that a later run can remove just that; does not wait. */
export async function installUpstreamWebhook(
  stage: Stage,
  { manifests }: UpstreamWebhook,
): Promise<void> {
  const folder = webhookFolder(stage)
  await writeManifests(folder, manifests)
  await needDeployer(
    stage,
    ['deploy', '--env', await environment(stage), '--manifests', folder, '--no-wait'],
    'the upstream webhook',
  )
}

/** @throws {SmokeError} `ERR_CLUSTER` if its pods do not become ready. */
export async function waitForUpstreamWebhook({ kubectl }: Stage): Promise<void> {
  await kubectl.need([
    'rollout',
    'status',
    `deployment/${DEPLOYMENT}`,
    '--namespace',
    UPSTREAM_NAMESPACE,
    `--timeout=${READY_TIMEOUT}`,
  ])
}

/** Removes what `installUpstreamWebhook` installed, and not what somebody else did. */
export async function removeUpstreamWebhook(stage: Stage): Promise<void> {
  if (!(await stage.kubectl.get(['namespace', UPSTREAM_NAMESPACE]))) return
  const args = ['--env', await environment(stage), '--manifests', webhookFolder(stage)]
  await destroy(stage, args, 'the upstream webhook')
}

function environment(stage: Stage): Promise<string> {
  return writeEnvironment(stage, SETS.upstream)
}

function webhookFolder({ folder }: Stage): string {
  return join(folder, SETS.upstream.folder)
}

async function fromFile(file: string): Promise<readonly ManifestFile[]> {
  try {
    return await readManifests(file)
  } catch (cause) {
    throw new SmokeError(
      'ERR_USAGE',
      `--real-webhook-manifest ${file}: ${(cause as Error).message}`,
      {
        hint: 'name the published manifest: docs/kind.md, "The upstream webhook", tells how to get it',
        cause,
      },
    )
  }
}

async function fromChart(stage: World, tenantId: string): Promise<readonly ManifestFile[]> {
  const { env, signal, voice } = stage
  const words = [
    'helm',
    'template',
    CHART.name,
    CHART.name,
    '--repo',
    CHART.repository,
    '--version',
    CHART.version,
    '--namespace',
    UPSTREAM_NAMESPACE,
    '--set',
    `azureTenantID=${tenantId}`,
  ] as const
  voice.command(words)
  const [, ...args] = words
  const rendered = await needProgram([await helm(), ...args], {
    env,
    signal,
    what: 'helm template',
    timeoutMs: 60_000,
  }).catch((cause: unknown) => {
    if (!(cause instanceof SmokeError) || cause.code !== 'ERR_PROGRAM') throw cause
    throw new SmokeError(
      'ERR_IMAGE',
      `the chart of the upstream webhook cannot be had: ${lastLines(cause.message, 1)}`,
      {
        hint: [
          `on a machine that reaches GitHub: ${manifestCommand(tenantId)}`,
          'and here: --real-webhook-manifest webhook.yaml; or leave --real-webhook out: the stand-in does the same',
        ].join('\n'),
        cause,
      },
    )
  })
  return [...parseManifests('namespace', NAMESPACE), ...parseManifests('the chart', rendered)]
}

/** A chart leaves its namespace to `helm install --create-namespace`. */
const NAMESPACE = `{apiVersion: v1, kind: Namespace, metadata: {name: ${UPSTREAM_NAMESPACE}}}`

const MANIFEST_URL =
  'https://github.com/Azure/azure-workload-identity/releases/download/v1.6.0/azure-wi-webhook.yaml'

/** The published manifest leaves two values to `envsubst`. */
function manifestCommand(tenantId: string): string {
  const values = [
    `s/\${AZURE_TENANT_ID}/${tenantId}/`,
    's/${AZURE_ENVIRONMENT:-AzurePublicCloud}/AzurePublicCloud/',
  ]
  const sed = values.map((value) => `-e '${value}'`).join(' ')
  return `curl -fsSL ${MANIFEST_URL} | sed ${sed} > webhook.yaml`
}
