import { destroy, lastError, runDeployer } from './deployer.ts'
import { writeEnvironment } from './environment-file.ts'
import type { Images } from './images.ts'
import { manifestOf, readManifests, writeManifests } from './manifest-folder.ts'
import { SETS } from './names.ts'
import type { SmokeSet } from './names.ts'
import { NEWCOMER } from './newcomer.ts'
import { LOOK_AT_IT, SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The same pod with one link broken, and what must come of it. */
interface Refusal {
  readonly sentence: string
  /** With a folder of its own, the pod is deployed without the label that asks for an identity. */
  readonly set: SmokeSet
  readonly clientId?: string
  readonly exitCode: number
  readonly code: RegExp
}

const REFUSALS: readonly Refusal[] = [
  {
    sentence: 'a service account that is not federated',
    set: SETS.notFederated,
    exitCode: 21,
    code: /^AADSTS700213$/,
  },
  {
    sentence: 'no label azure.workload.identity/use on the pod',
    set: SETS.noLabel,
    exitCode: 20,
    code: /^ERR_NOT_INJECTED$/,
  },
  {
    sentence: 'an identity that has no role in the account',
    set: SETS.noRole,
    clientId: NEWCOMER.clientId,
    exitCode: 32,
    code: /^403\/530[12]$/,
  },
]

/** What the refused pods are deployed with. */
export interface RefusalValues {
  readonly images: Images
  /** How long the pod that was let in took for its whole chain, on this cluster as busy as it is. */
  readonly chainMs: number
}

/** Shows every refusal with a real pod, all at the same time, and holds each to its exact code. */
export async function showRefusals(stage: Stage, values: RefusalValues): Promise<void> {
  const results = await Promise.all(
    REFUSALS.map(async (refusal) => ({ refusal, seen: await provoke(stage, refusal, values) })),
  )
  for (const { refusal, seen } of results) tell(stage, refusal, seen)
  for (const { refusal, seen } of results) hold(refusal, seen)
}

export async function removeRefusals(stage: Stage): Promise<void> {
  await Promise.all(
    REFUSALS.map(async (refusal) => {
      const environment = await environmentOf(stage, refusal)
      const args = ['--env', environment, ...manifestsOf(stage, refusal)]
      await destroy(stage, args, refusal.set.namespace)
    }),
  )
}

/** What became of a pod, by its status and its log. */
interface Seen {
  readonly exitCode: number | undefined
  /** Of the line that says FAIL. */
  readonly code: string | undefined
  /** The lines under it. */
  readonly details: readonly string[]
  readonly deployer: string
}

async function provoke(stage: Stage, refusal: Refusal, values: RefusalValues): Promise<Seen> {
  const environment = await environmentOf(stage, refusal, values)
  if (refusal.set.folder !== undefined) await renderWithoutLabel(stage, refusal, environment)
  const args = ['--env', environment, ...manifestsOf(stage, refusal)]
  const deployed = await runDeployer(stage, ['deploy', ...args], 'capture')
  const inNamespace = ['--namespace', refusal.set.namespace]
  const pod = await stage.kubectl.get<EndedPod>(['pod', 'demo', ...inNamespace])
  const log = await stage.kubectl.run(['logs', 'demo', ...inNamespace])
  return {
    exitCode: pod?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode,
    ...failure(log.stdout),
    deployer: `${deployed.stdout}${deployed.stderr}`,
  }
}

interface EndedPod {
  readonly status?: {
    readonly containerStatuses?: readonly {
      readonly state?: { readonly terminated?: { readonly exitCode: number } }
    }[]
  }
}

/** The worker's log has one line `N/7 step  FAIL  CODE  sentence`, and details indented under it. */
function failure(log: string): Pick<Seen, 'code' | 'details'> {
  const lines = log.split('\n')
  const at = lines.findLastIndex((line) => /^\d\/7 .*\sFAIL\s/.test(line))
  const code = /\sFAIL\s+(\S+)/.exec(lines[at] ?? '')?.[1]
  const rest = lines.slice(at + 1)
  const end = rest.findIndex((line) => !line.startsWith('  '))
  return { code, details: at === -1 ? [] : rest.slice(0, end === -1 ? undefined : end) }
}

function tell({ voice }: Stage, refusal: Refusal, seen: Seen): void {
  voice.tell(
    `${refusal.sentence}: Pod/${refusal.set.namespace}/demo  ${seen.code ?? 'no refusal'}  exit ${seen.exitCode ?? '?'}`,
  )
  for (const line of seen.details.filter((line) => /^ {2}(answer|fix) /.test(line))) {
    voice.tell(line)
  }
}

/** @throws {SmokeError} `ERR_UNEXPECTED` unless it is exactly this refusal, `ERR_PROGRAM` if the pod did not run at all. */
function hold(refusal: Refusal, seen: Seen): void {
  if (seen.exitCode === refusal.exitCode && refusal.code.test(seen.code ?? '')) return
  const pod = `Pod/${refusal.set.namespace}/demo`
  const { reason, hint } = lastError(seen.deployer)
  if (seen.exitCode === undefined) {
    throw new SmokeError('ERR_PROGRAM', `${pod} has not run to its end: ${reason}`, { hint })
  }
  throw new SmokeError(
    'ERR_UNEXPECTED',
    `${pod}: expected exit code ${refusal.exitCode} and ${refusal.code.source}, got ${seen.exitCode} and ${seen.code ?? 'no refusal'}\n${seen.deployer}`,
    { hint: `${hint}\n${LOOK_AT_IT}` },
  )
}

function environmentOf(
  stage: Stage,
  { set, clientId }: Refusal,
  values?: RefusalValues,
): Promise<string> {
  return writeEnvironment(stage, {
    ...set,
    ...(clientId === undefined ? {} : { clientId }),
    ...(values ? { image: values.images.worker, deadlineSeconds: deadlineFor(values) } : {}),
  })
}

/** The worker takes these refusals for propagation and tries again until then; long enough for three chains at once. */
function deadlineFor({ chainMs }: RefusalValues): number {
  return Math.ceil(3 + (5 * chainMs) / 1_000)
}

function manifestsOf({ folder }: Stage, { set }: Refusal): readonly string[] {
  return set.folder === undefined ? [] : ['--manifests', join(folder, set.folder)]
}

/** What the deployer would apply, less one label: a mistake that a user makes in a file of their own. */
async function renderWithoutLabel(
  stage: Stage,
  refusal: Refusal,
  environment: string,
): Promise<void> {
  const { code, stdout, stderr } = await runDeployer(
    stage,
    ['render', '--env', environment],
    'capture',
  )
  if (code !== 0) throw new SmokeError('ERR_PROGRAM', `render --env ${environment}: ${stderr}`)
  const file = join(stage.folder, 'with-label.yaml')
  await writeFile(file, stdout, { mode: 0o600 })
  const manifests = await readManifests(file)
  const { document: pod } = manifestOf(manifests, 'Pod', 'demo')
  pod.deleteIn(['metadata', 'labels', 'azure.workload.identity/use'])
  const [, folder] = manifestsOf(stage, refusal)
  if (folder) await writeManifests(folder, manifests)
}
