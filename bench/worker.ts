import { join } from 'node:path'
import { buildProgram } from '../scripts/build.ts'
import { startChain } from '../test/app/chain.ts'
import { roundsOf } from './report.ts'
import type { BenchOptions, Report } from './report.ts'
import { ratio, runRounds, table } from './harness.ts'

const ROUNDS = 15
const IDIOMATIC = 'sources and node_modules'
const ONE_FILE = 'one file'
const OURS = 'one file, code cache'
const FLOOR = 'hello.cjs'

/**
 * From the start of the process to the written document: the build users start against the same worker run plainly
 * from its sources, side by side, on the same stand-ins. The loopback hardly costs time, so this is nearly all start-up.
 */
export async function benchWorker(options: BenchOptions): Promise<Report> {
  const bundle = join(options.directory, 'worker')
  await buildProgram('worker', bundle)
  const chain = await startChain()
  const env = () => chain.env()
  try {
    const samples = await runRounds(
      [
        { name: IDIOMATIC, program: ['app/main.ts'], env },
        { name: ONE_FILE, program: [join(bundle, 'worker.cjs')], env },
        { name: OURS, program: [join(bundle, 'worker-start.cjs')], env },
        { name: FLOOR, program: [join(import.meta.dirname, 'hello.cjs')], env },
      ],
      { rounds: roundsOf(options, ROUNDS), mark: '6/7 write        ok', random: Math.random },
    )
    return {
      table: table(samples, IDIOMATIC),
      numbers: {
        wallRatio: ratio(samples, 'wallMs', OURS, IDIOMATIC),
        cpuRatio: ratio(samples, 'cpuMs', OURS, IDIOMATIC),
        rssRatio: ratio(samples, 'rssMiB', OURS, IDIOMATIC),
        vsBareNodeCpu: ratio(samples, 'cpuMs', OURS, FLOOR),
      },
    }
  } finally {
    await chain.close()
  }
}
