import type { Launch } from './launch.ts'
import type { Execute } from './prober.ts'
import type { ProcessGroups } from './process-groups.ts'

const MOST_OUTPUT_BYTES = 10_240

/** Runs commands in a running container: with its environment, its directory and its paths. */
export function executeIn(launch: Launch, processes: ProcessGroups): Execute {
  return async ([command = '', ...args], timeoutMs) => {
    let output = ''
    const onOutput = (_: 'stdout' | 'stderr', chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(0, MOST_OUTPUT_BYTES)
    }
    const { directory, environment, real } = launch
    const spec = { command: real(command), args: args.map(real), directory, environment, onOutput }
    try {
      const running = await processes.start(spec)
      let isLate = false
      const timer = setTimeout(() => {
        isLate = true
        running.stop(0)
      }, timeoutMs)
      const exitCode = await running.exited
      clearTimeout(timer)
      return isLate ? 'timeout' : { exitCode, output }
    } catch (error) {
      return { error: `${EXEC}: ${execReason(error, command)}` }
    }
  }
}

/** What containerd 2 and runc 1.1 say before it; newer ones of runc add `error during container init: ` at the end. */
const CREATE =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process'
const EXEC =
  'rpc error: code = Unknown desc = failed to exec in container: OCI runtime exec failed: exec failed: unable to start container process'

/** Why a container's program could not be run, in the words of containerd and runc. */
export function startFailure(error: unknown, { command }: Pick<Launch, 'command'>): string {
  return `${CREATE}: ${execReason(error, command)}`
}

function execReason(error: unknown, command: string): string {
  const { code, message } = error as NodeJS.ErrnoException
  const exec = `exec: ${JSON.stringify(command)}`
  if (code === 'EACCES') return `${exec}: permission denied`
  if (code !== 'ENOENT') return `${exec}: ${message}`
  if (!command.includes('/')) return `${exec}: executable file not found in $PATH`
  return `${exec}: stat ${command}: no such file or directory`
}
