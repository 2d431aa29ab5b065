import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { helm, kubectl } from '../../scripts/kubectl.ts'

export const PHASES = ['first', 'noop', 'plan', 'change', 'prune', 'heal'] as const
export type Phase = (typeof PHASES)[number]

/** Where one tool works in one round: a namespace, manifests and a home of its own. */
export interface Workspace {
  readonly directory: string
  readonly objects: string
  readonly namespace: string
  readonly kubeconfig: string
}

/** One command line. */
export interface Invocation {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export type ToolName = 'ours' | 'kubectl' | 'helm'

export interface Tool {
  readonly name: ToolName
  /** Folder for the YAML files, inside the workspace. */
  readonly objects: string
  prepare(workspace: Workspace): Promise<void>
  /** Untimed, before a phase. */
  before?(phase: Phase, workspace: Workspace): Invocation | undefined
  invocation(phase: Phase, workspace: Workspace): Invocation
}

/** What one run cost. */
export interface Spent {
  /** Wall time, from before the process was made until it ended. */
  readonly ms: number
  /** User and system time of the process, in steps of 10 ms; NaN where /proc does not tell. */
  readonly cpuMs: number
}

/** Runs a command line; nothing else may run meanwhile, or its time would count too. */
export async function timed({ program, args, env }: Invocation, allowed = [0]): Promise<Spent> {
  const cpuBefore = childrenCpuMs()
  const startedAt = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const said = text(child.stderr)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  const ms = performance.now() - startedAt
  if (code === null || !allowed.includes(code)) {
    throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${await said}`)
  }
  return { ms, cpuMs: childrenCpuMs() - cpuBefore }
}

const MS_PER_TICK = 10

/** Of all children that have ended. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (cutime, cstime) */
function childrenCpuMs(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[13]) + Number(fields[14])) * MS_PER_TICK
  } catch {
    return Number.NaN
  }
}

/** The three, the built deployer first. */
export async function tools(program: string): Promise<readonly Tool[]> {
  return [ours(program), kubectlTool(await kubectl()), helmTool(await helm())]
}

function home({ directory, kubeconfig }: Workspace): Readonly<Record<string, string>> {
  return { HOME: directory, KUBECONFIG: kubeconfig }
}

/** The deployer's command line; the environment file is beside the objects. */
export function oursInvocation(
  program: string,
  args: readonly string[],
  directory: string,
): Invocation {
  return {
    program: process.execPath,
    args: [program, ...args, '--env', join(directory, 'environment.yaml')],
    env: { XDG_CACHE_HOME: join(program, '..', '..', 'cache') },
  }
}

function ours(program: string): Tool {
  return {
    name: 'ours',
    objects: 'objects',
    prepare: () => Promise.resolve(),
    invocation: (phase, { directory, objects }) => {
      const command = phase === 'plan' ? ['plan'] : ['deploy', '--no-wait']
      return oursInvocation(program, [...command, '--manifests', objects], directory)
    },
  }
}

function kubectlTool(program: string): Tool {
  const apply = (workspace: Workspace, ...more: readonly string[]): Invocation => ({
    program,
    args: [
      'apply',
      '--server-side',
      `--namespace=${workspace.namespace}`,
      `--filename=${workspace.objects}`,
      ...more,
    ],
    env: { ...home(workspace), KUBECTL_APPLYSET: 'true' },
  })
  const applySet = ['--prune', '--applyset=bench']
  return {
    name: 'kubectl',
    objects: 'objects',
    prepare: () => Promise.resolve(),
    // only what was applied as a member of the set can be pruned later
    before: (phase, workspace) =>
      phase === 'prune' ? apply(workspace, '--force-conflicts', ...applySet) : undefined,
    invocation: (phase, workspace) => {
      if (phase === 'prune') return apply(workspace, '--force-conflicts', ...applySet)
      if (phase === 'heal') return apply(workspace, '--force-conflicts')
      if (phase !== 'plan') return apply(workspace)
      const { namespace, objects } = workspace
      const args = ['diff', '--server-side', '--namespace', namespace, '--filename', objects]
      return { program, args, env: { ...home(workspace), PATH: '/usr/bin:/bin' } }
    },
  }
}

function helmTool(program: string): Tool {
  return {
    name: 'helm',
    objects: join('chart', 'templates'),
    prepare: async ({ directory }) => {
      const chart = 'apiVersion: v2\nname: bench\nversion: 0.1.0\n'
      await writeFile(join(directory, 'chart', 'Chart.yaml'), chart)
    },
    invocation: (phase, workspace) => ({
      program,
      args: [
        'upgrade',
        '--install',
        'bench',
        join(workspace.directory, 'chart'),
        `--namespace=${workspace.namespace}`,
        ...(phase === 'plan' ? ['--dry-run=server'] : []),
        ...(phase === 'heal' ? ['--force-conflicts'] : []),
      ],
      env: home(workspace),
    }),
  }
}
