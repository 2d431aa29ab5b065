// `npm run bench -- [NAME…] [--json] [--quick] [--rounds N] [--only PART…]`: side-by-side measurements. Ratios of paired
// rounds hold from run to run, single times do not; on a busy machine trust the CPU ratio. `in-cluster` is run when it is
// named, and wants `--context NAME [--load WAY]`.
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchDeployer } from './deployer.ts'
import { benchInCluster } from './in-cluster.ts'
import { benchPlatform } from './platform.ts'
import { benchWorker } from './worker.ts'
import type { BenchOptions, Report } from './report.ts'

const BENCHMARKS: Readonly<Record<string, (options: BenchOptions) => Promise<Report>>> = {
  worker: benchWorker,
  platform: benchPlatform,
  deployer: benchDeployer,
  'in-cluster': benchInCluster,
}

const HELP = `Usage: npm run bench [-- NAME… OPTIONS]

Measures side by side, in paired rounds: ${Object.keys(BENCHMARKS).join(', ')} (default: all but in-cluster).

  --json          numbers for programs
  --quick         fewer rounds
  --rounds N      this many rounds
  --only PART     one part of a benchmark; may be given several times
  --context NAME  for in-cluster: the cluster
  --load WAY      for in-cluster: how the image gets there
  --help          this text
`

process.exitCode = await main()

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      context: { type: 'string' },
      load: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const { quick, only, context, load } = values
  const here = Object.keys(BENCHMARKS).filter((name) => name !== 'in-cluster')
  const names = positionals.length > 0 ? positionals : here
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  const unknown = names.filter((name) => !(name in BENCHMARKS))
  if (unknown.length > 0 || !(rounds === undefined || (Number.isInteger(rounds) && rounds > 0))) {
    process.stderr.write(
      `expected ${Object.keys(BENCHMARKS).join(' or ')}, and --rounds as a whole number from 1\n`,
    )
    return 2
  }
  const reports: Record<string, Report> = {}
  for (const name of names) {
    reports[name] = await bench(name, { rounds, quick, only, context, load }, values.json === true)
  }
  if (values.json) process.stdout.write(`${JSON.stringify(forPrograms(reports))}\n`)
  return 0
}

function forPrograms(reports: Readonly<Record<string, Report>>): object {
  const [first, ...others] = Object.values(reports)
  if (first?.document !== undefined && others.length === 0) return first.document
  return Object.fromEntries(
    Object.entries(reports).map(([name, { numbers, document }]) => [name, document ?? numbers]),
  )
}

async function bench(
  name: string,
  options: Omit<BenchOptions, 'directory'>,
  quiet: boolean,
): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-bench-'))
  try {
    const report = await BENCHMARKS[name]?.({ ...options, directory })
    if (report === undefined) throw new TypeError(`no benchmark is called ${name}`)
    if (!quiet) {
      const load = loadavg()[0]?.toFixed(1)
      process.stdout.write(`${name}: medians of paired rounds, load ${load}\n${report.table}\n`)
    }
    return report
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
