import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * When a process was started, in milliseconds since the epoch with a second's precision, or undefined if there is none
 * or the system does not tell. By `ps`, which every macOS and most Linux systems have, else by `/proc`.
 */
export async function processStart(pid: number): Promise<number | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    })
    const start = Date.parse(`${stdout.trim()} UTC`)
    return Number.isNaN(start) ? undefined : start
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? startFromProc(pid) : undefined
  }
}

/** Clock ticks in a second, as the kernel shows them to programs. */
const TICKS = 100
const START_FIELD = 19

async function startFromProc(pid: number): Promise<number | undefined> {
  const [stat, system] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined),
    readFile('/proc/stat', 'utf8').catch(() => ''),
  ])
  const boot = /^btime (\d+)$/m.exec(system)?.[1]
  // The program's name stands in parentheses and may hold blanks; the fields that count come after it.
  const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD]
  if (boot === undefined || ticks === undefined) return undefined
  return (Number(boot) + Number(ticks) / TICKS) * 1000
}
