import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { destroy, needDeployer } from './deployer.ts'
import { trustRootFile, writeEnvironment } from './environment-file.ts'
import type { Images } from './images.ts'
import { manifestOf, readManifests, writeManifests } from './manifest-folder.ts'
import type { ManifestFile } from './manifest-folder.ts'
import { PLATFORM_NAMESPACE, SETS } from './names.ts'
import { NEWCOMER } from './newcomer.ts'
import { LOOK_AT_IT, SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'

/** What the platform's manifests need to know. */
export interface PlatformValues {
  readonly images: Images
  readonly issuer: string
  readonly store: 'embedded' | 'emulator'
}

const MANIFESTS = join('manifests', 'platform')
const EMULATOR_MANIFESTS = join('manifests', 'emulator')
const EMULATOR_URL = `http://emulator.${PLATFORM_NAMESPACE}.svc.cluster.local:8081`

/** The emulator alone takes more than a minute to start. */
const TIMEOUT_SECONDS = { embedded: 120, emulator: 300 }

/** Deploys the stand-ins with the deployer, waits until they are ready, and keeps their trust root in the run's folder. */
export async function bringUpPlatform(stage: Stage, values: PlatformValues): Promise<void> {
  const environment = await platformEnvironment(stage)
  const folder = platformFolder(stage)
  await writeManifests(folder, await platformManifests(stage, values))
  const timeout = String(TIMEOUT_SECONDS[values.store])
  await needDeployer(
    stage,
    ['deploy', '--env', environment, '--manifests', folder, '--timeout', timeout],
    'the platform',
  )
  await keepTrustRoot(stage)
}

/** Deletes what `bringUpPlatform` has put there; nothing if there is nothing. */
export async function removePlatform(stage: Stage): Promise<void> {
  const environment = await platformEnvironment(stage)
  const args = ['--env', environment, '--manifests', platformFolder(stage)]
  await destroy(stage, args, 'the platform')
}

function platformFolder({ folder }: Stage): string {
  return join(folder, SETS.platform.folder)
}

function platformEnvironment(stage: Stage): Promise<string> {
  return writeEnvironment(stage, SETS.platform)
}

async function platformManifests(
  { options }: Stage,
  { images, issuer, store }: PlatformValues,
): Promise<readonly ManifestFile[]> {
  const manifests = (await readManifests(MANIFESTS)).filter(
    ({ kind }) => !(options.realWebhook && kind === 'MutatingWebhookConfiguration'),
  )
  const { document: deployment } = manifestOf(manifests, 'Deployment', 'platform')
  deployment.setIn(['spec', 'template', 'spec', 'containers', 0, 'image'], images.platform)
  const { document: config } = manifestOf(manifests, 'ConfigMap', 'platform')
  const declaration = String(config.getIn(['data', 'platform.yaml']))
  config.setIn(['data', 'platform.yaml'], declared(declaration, issuer, store))
  return store === 'embedded'
    ? manifests
    : [...manifests, ...(await readManifests(EMULATOR_MANIFESTS))]
}

/** The declared cloud, for this cluster: its issuer, its store, and one identity that nobody has given a role. */
function declared(declaration: string, issuer: string, store: PlatformValues['store']): string {
  const document = parseDocument(declaration)
  document.set('issuer', issuer)
  document.set('store', store === 'embedded' ? 'embedded' : EMULATOR_URL)
  document.addIn(['identities'], document.createNode(NEWCOMER))
  return document.toString({ lineWidth: 0 })
}

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>
}

async function keepTrustRoot(stage: Stage): Promise<void> {
  const args = ['configmap', 'trust-root', '--namespace', PLATFORM_NAMESPACE]
  const certificate = (await stage.kubectl.get<ConfigMap>(args))?.data?.['ca.crt']
  if (certificate === undefined) {
    throw new SmokeError(
      'ERR_UNEXPECTED',
      `ConfigMap/${PLATFORM_NAMESPACE}/trust-root: the platform is ready and has not told its certificate`,
      { hint: LOOK_AT_IT },
    )
  }
  await writeFile(trustRootFile(stage), certificate, { mode: 0o600 })
}
