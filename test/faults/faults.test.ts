// Two hundred runs in which things go wrong, each as its seed says: FAULT_SEEDS=1000 plays more, FAULT_SEED=17 one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority } from '../../local/tls.ts'
import { startCluster } from '../deployer/cluster.ts'
import { buildDeployer } from './program.ts'
import { scriptOf } from './script.ts'
import type { Script } from './script.ts'
import { playSeed } from './seed.ts'
import type { Stage } from './seed.ts'

const DEFAULT_SEEDS = 200
/** Every one of script.ts comes up in that many runs. */
const KINDS_OF_FAULTS = 14
const TIMEOUT_MS = 120_000

const injected = new Map<string, number>()
const ended = new Map<string, number>()
let stage: Stage
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-faults-'))
  const authority = await createAuthority(Date.now())
  stage = {
    cluster: await startCluster(),
    tls: await authority.issue(['127.0.0.1']),
    certificateAuthority: authority.certificate,
    program: await buildDeployer(directory),
    onFault: (fault) => count(injected, fault),
    onEnd: (end) => count(ended, end),
  }
}, TIMEOUT_MS)

afterAll(async () => {
  await stage.cluster.close()
  await rm(directory, { recursive: true, force: true })
  const total = [...injected.values()].reduce((sum, one) => sum + one, 0)
  const runs = [...ended.values()].reduce((sum, one) => sum + one, 0)
  if (runs >= DEFAULT_SEEDS) expect(injected.size).toBe(KINDS_OF_FAULTS)
  process.stdout.write(
    `${total} faults injected in ${runs} runs\n${table(injected)}ended\n${table(ended)}`,
  )
})

test.concurrent.for(seeds())(
  'seed $seed: $story, $incident',
  { timeout: TIMEOUT_MS },
  async ({ seed }, { expect }) => {
    try {
      await playSeed(stage, seed, expect)
    } catch (error) {
      if (error instanceof Error) {
        error.message = `once more: FAULT_SEED=${seed} npm test -- test/faults\n${error.message}`
      }
      throw error
    }
  },
)

function seeds() {
  const one = process.env['FAULT_SEED']
  const count = Number(process.env['FAULT_SEEDS'] ?? DEFAULT_SEEDS)
  const numbers =
    one === undefined ? Array.from({ length: count }, (_, seed) => seed) : [Number(one)]
  return numbers.map((seed) => {
    const { story, incident } = scriptOf(seed)
    return {
      seed,
      story,
      incident: incident ? momentOf(incident) : 'no incident',
    }
  })
}

function momentOf({ kind, step }: NonNullable<Script['incident']>): string {
  return kind === 'conflicting write' ? 'edited before it is written' : `${kind} at request ${step}`
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

function table(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([what, times]) => `${String(times).padStart(6)}  ${what}\n`)
    .join('')
}
