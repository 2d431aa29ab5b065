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
      return { exitCode: 128, output: startFailure(error, { ...launch, command: spec.command }) }
    }
  }
}

const RUNTIME =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init'

/** Why a program could not be run, in the words of containerd and runc. */
export function startFailure(error: unknown, { command }: Pick<Launch, 'command'>): string {
  const { code, message } = error as NodeJS.ErrnoException
  const name = JSON.stringify(command)
  if (code === 'EACCES') return `${RUNTIME}: exec: ${name}: permission denied`
  if (code !== 'ENOENT') return `${RUNTIME}: exec: ${name}: ${message}`
  if (!command.includes('/')) return `${RUNTIME}: exec: ${name}: executable file not found in $PATH`
  return `${RUNTIME}: exec: ${name}: stat ${command}: no such file or directory`
}
