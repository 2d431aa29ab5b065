import { shellWord } from '../deployer/core/shell-word.ts'
import { lastLines, runProgram } from './program.ts'
import type { Ended } from './program.ts'
import { SmokeError } from './smoke-error.ts'

export const NEED_ADMIN =
  'use a context with the role cluster-admin, on a cluster that may be used for a test'

/** The real kubectl, held to one context. */
export interface Kubectl {
  /** The words before every command: program, kubeconfig, context. */
  readonly words: readonly [string, ...string[]]
  readonly env: NodeJS.ProcessEnv
  /** A command as a user would type it to reach the same cluster. */
  readonly typed: (command: string) => string
  /** Runs one command, whatever its exit code. */
  readonly run: (args: readonly string[], options?: KubectlOptions) => Promise<Ended>
  /** Runs one command that must succeed; gives back its stdout. */
  readonly need: (args: readonly string[], options?: KubectlOptions) => Promise<string>
  /** What `kubectl get … -o json` says; `undefined` if there is no such object. */
  readonly get: <T>(args: readonly string[]) => Promise<T | undefined>
}

export interface KubectlOptions {
  readonly input?: string
  readonly timeoutMs?: number
}

export interface KubectlTarget {
  readonly program: string
  readonly context: string
  /** If it is another one than kubectl takes by itself. */
  readonly kubeconfig?: string
  /** KUBECONFIG, if it is there, names the kubeconfig. */
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

export function createKubectl(target: KubectlTarget): Kubectl {
  const { program, context, kubeconfig, env, signal } = target
  const words = [program, '--context', context] as const
  const typed = (command: string) =>
    ['kubectl', ...(kubeconfig ? ['--kubeconfig', kubeconfig] : []), '--context', context]
      .map(shellWord)
      .concat(command)
      .join(' ')
  const run = (args: readonly string[], options: KubectlOptions = {}) =>
    runProgram([...words, ...args], { signal, env, ...options })
  const need = async (args: readonly string[], options: KubectlOptions = {}) => {
    const ended = await run(args, options)
    if (ended.code === 0) return ended.stdout
    throw refused(args, ended)
  }
  const get = async <T>(args: readonly string[]) => {
    const ended = await run(['get', ...args, '-o', 'json'])
    if (ended.code === 0) return JSON.parse(ended.stdout) as T
    if (/\(NotFound\)/.test(ended.stderr)) return undefined
    throw refused(['get', ...args], ended)
  }
  return { words, env, typed, run, need, get }
}

function refused(args: readonly string[], { code, stderr, stdout }: Ended): SmokeError {
  const reason = lastLines(stderr === '' ? stdout : stderr)
  const message = `kubectl ${args.slice(0, 3).join(' ')}: ${reason === '' ? `exit code ${code}` : reason}`
  return /\(Forbidden\)/.test(stderr)
    ? new SmokeError('ERR_PERMISSION', message, { hint: NEED_ADMIN })
    : new SmokeError('ERR_CLUSTER', message, {
        hint: 'is the cluster still well? if so, run again',
      })
}
