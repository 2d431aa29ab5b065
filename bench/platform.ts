import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { roundsOf } from './report.ts'
import type { BenchOptions, Report } from './report.ts'
import { median } from './statistics.ts'

const ROUNDS = 5
const SETTLE_MS = 3_000
/** As `npm run local` starts it. */
const NODE_OPTIONS = ['--max-semi-space-size=2']

/** How soon the whole platform is up, and what it holds in memory while nobody uses it. */
export async function benchPlatform(options: BenchOptions): Promise<Report> {
  const startMs: number[] = []
  const idleMB: number[] = []
  for (let round = -1; round < roundsOf(options, ROUNDS); round += 1) {
    const sample = await runOnce(join(options.directory, 'platform'))
    if (round < 0) continue
    startMs.push(sample.startMs)
    idleMB.push(sample.idleMB)
  }
  const numbers = { startMs: Math.round(median(startMs)), idleMB: Math.round(median(idleMB)) }
  return { table: `up after ${numbers.startMs} ms, idle at ${numbers.idleMB} MB resident`, numbers }
}

async function runOnce(directory: string): Promise<{ startMs: number; idleMB: number }> {
  const startedAt = performance.now()
  const program = [join('local', 'main.ts'), '--any-port', '--directory', directory]
  const child = spawn(process.execPath, [...NODE_OPTIONS, ...program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(child.stdout, 'data')
    const startMs = performance.now() - startedAt
    await sleep(SETTLE_MS)
    return { startMs, idleMB: residentMB(child.pid) }
  } finally {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
}

/** What `ps` calls resident, in millions of bytes. */
function residentMB(pid: number | undefined): number {
  const text = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return (Number(text) * 1024) / 1e6
}
