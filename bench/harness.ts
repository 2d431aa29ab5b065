import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { median, pairedRatio, shuffled } from './statistics.ts'

/** One way to do the job. */
export interface Variant {
  readonly name: string
  /** Arguments of node. */
  readonly program: readonly string[]
  /** Its environment; asked before each run, so that each run can do its job anew. */
  readonly env: () => Readonly<Record<string, string>>
}

export interface Sample {
  /** From before the process was made until its first output contained the mark. */
  readonly wallMs: number
  /** User and system time of the whole process. */
  readonly cpuMs: number
  /** Largest resident set. */
  readonly rssMiB: number
}

export type Samples = ReadonlyMap<string, readonly Sample[]>

const USAGE = join(import.meta.dirname, 'usage.cjs')

/**
 * Runs every variant once per round, in random order, after one round that does not count.
 *
 * @param options.mark The text that means "the job is done".
 * @throws If a run fails or never says the mark: a benchmark of failures is worth nothing.
 */
export async function runRounds(
  variants: readonly Variant[],
  options: { readonly rounds: number; readonly mark: string; readonly random: () => number },
): Promise<Samples> {
  const samples = new Map<string, Sample[]>(variants.map(({ name }) => [name, []]))
  for (let round = -1; round < options.rounds; round += 1) {
    for (const variant of shuffled(variants, options.random)) {
      const sample = await runOnce(variant, options.mark)
      if (round >= 0) samples.get(variant.name)?.push(sample)
    }
  }
  return samples
}

async function runOnce({ name, program, env }: Variant, mark: string): Promise<Sample> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--require', USAGE, ...program], {
    env: env(),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const usage = text(child.stdio[3] as Readable)
  const printed = { text: '', markedAt: Number.NaN }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      printed.text += part
      if (Number.isNaN(printed.markedAt) && printed.text.includes(mark)) {
        printed.markedAt = performance.now()
      }
    })
  }
  const code = await ended(child)
  if (code !== 0 || Number.isNaN(printed.markedAt)) {
    throw new Error(`${name} ended with ${code}:\n${printed.text}`)
  }
  const { cpuMs, rssMiB } = JSON.parse(await usage) as Pick<Sample, 'cpuMs' | 'rssMiB'>
  return { wallMs: printed.markedAt - startedAt, cpuMs, rssMiB }
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
}

/** How many times a variant takes of what the baseline takes: below 1 is less. */
export function ratio(
  samples: Samples,
  quantity: keyof Sample,
  variant: string,
  baseline: string,
): number {
  const values = (name: string) => (samples.get(name) ?? []).map((sample) => sample[quantity])
  return Math.round(pairedRatio(values(variant), values(baseline)) * 1000) / 1000
}

/** Medians of every variant, and its ratios to the baseline, as lines of text. */
export function table(samples: Samples, baseline: string): string {
  const quantities = ['wallMs', 'cpuMs', 'rssMiB'] as const
  const head = ['', 'wall ms', 'cpu ms', 'RSS MiB', 'wall', 'cpu', 'RSS']
  const rows = [...samples].map(([name, of]) => [
    name,
    ...quantities.map((quantity) => median(of.map((sample) => sample[quantity])).toFixed(0)),
    ...quantities.map((quantity) => ratio(samples, quantity, name, baseline).toFixed(3)),
  ])
  const width = Math.max(...rows.map(([name = '']) => name.length))
  return [head, ...rows]
    .map(
      ([name = '', ...cells]) =>
        name.padEnd(width) + cells.map((cell) => cell.padStart(9)).join(''),
    )
    .join('\n')
}
