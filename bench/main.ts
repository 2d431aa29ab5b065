// `npm run bench -- [NAME…] [--json] [--rounds 15]`: side-by-side measurements. Ratios of paired rounds hold from run
// to run, single times do not; on a busy machine trust the CPU ratio.
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchPlatform } from './platform.ts'
import { benchWorker } from './worker.ts'

export interface BenchOptions {
  readonly rounds: number
  /** For builds and other files of one run. */
  readonly directory: string
}

export interface Report {
  /** For people. */
  readonly table: string
  /** For programs. */
  readonly numbers: Readonly<Record<string, number>>
}

const BENCHMARKS: Readonly<Record<string, (options: BenchOptions) => Promise<Report>>> = {
  worker: benchWorker,
  platform: benchPlatform,
}

process.exitCode = await main()

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '15' } },
  })
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS)
  const rounds = Number(values.rounds)
  const unknown = names.filter((name) => !(name in BENCHMARKS))
  if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
    process.stderr.write(
      `expected ${Object.keys(BENCHMARKS).join(' or ')}, and --rounds as a whole number from 1\n`,
    )
    return 2
  }
  const numbers: Record<string, Report['numbers']> = {}
  for (const name of names) numbers[name] = await bench(name, rounds, values.json === true)
  if (values.json) process.stdout.write(`${JSON.stringify(numbers)}\n`)
  return 0
}

async function bench(name: string, rounds: number, quiet: boolean): Promise<Report['numbers']> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-bench-'))
  try {
    const report = await BENCHMARKS[name]?.({ rounds, directory })
    if (report === undefined) throw new TypeError(`no benchmark is called ${name}`)
    if (!quiet) {
      const load = loadavg()[0]?.toFixed(1)
      process.stdout.write(
        `${name}: median of ${rounds} paired rounds, load ${load}\n${report.table}\n`,
      )
    }
    return report.numbers
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
