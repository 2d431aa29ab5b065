import { join } from 'node:path'
import { kubectl as findKubectl } from '../scripts/kubectl.ts'
import { serverOf } from './context-server.ts'
import { createKubectl } from './kubectl.ts'
import type { Kubectl } from './kubectl.ts'
import { loadOf } from './load-way.ts'
import type { Load } from './load-way.ts'
import type { SmokeOptions } from './options.ts'
import { SmokeError } from './smoke-error.ts'
import type { Voice } from './voice.ts'

/** What every chapter of the story works with. */
export interface Stage {
  readonly options: SmokeOptions
  readonly voice: Voice
  readonly signal: AbortSignal
  /** Names this run, in its claims. */
  readonly run: string
  readonly kubectl: Kubectl
  /** Absent if both images are named: nothing is built. */
  readonly load?: Load
  /** URL of the API server that the context leads to. */
  readonly server: string
  /** Of every program that is started; KUBECONFIG included. */
  readonly env: NodeJS.ProcessEnv
  /** Environment files and manifests of this run, for this context alone; `--keep` leaves them there to go on with. */
  readonly folder: string
}

/** What a stage is built from; the clean-up builds another one with a signal of its own. */
export interface StageSetting {
  readonly options: SmokeOptions
  readonly voice: Voice
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly run: string
}

/**
 * @throws {SmokeError} `ERR_TOOL_MISSING` if there is no kubectl, `ERR_CONTEXT` if the kubeconfig does not have the
 *   context, `ERR_USAGE` if nothing tells how the images get there.
 */
export async function createStage(setting: StageSetting): Promise<Stage> {
  const { options, env, signal } = setting
  const { context, kubeconfig } = options
  const target = {
    program: await needKubectl(),
    context,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    signal,
    env: kubeconfig === undefined ? env : { ...env, KUBECONFIG: kubeconfig },
  }
  const server = await serverOf(target)
  const load = loadOf(options)
  return {
    ...setting,
    env: target.env,
    kubectl: createKubectl(target),
    server,
    folder: stateFolder(context),
    ...(load ? { load } : {}),
  }
}

/**
 * Path of the real kubectl.
 *
 * @throws {SmokeError} `ERR_TOOL_MISSING`
 */
export async function needKubectl(): Promise<string> {
  return findKubectl().catch((cause: unknown) => {
    throw new SmokeError('ERR_TOOL_MISSING', (cause as Error).message, {
      hint: 'install kubectl: https://kubernetes.io/docs/tasks/tools/',
      cause,
    })
  })
}

/** Where a run on this context keeps its files; relative to the project, as a user would type it. */
export function stateFolder(context: string): string {
  return join('.local', 'smoke', context.replaceAll(/[^A-Za-z0-9.-]+/g, '-'))
}
