import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { kubectl } from '../../scripts/kubectl.ts'
import { pairedRatio } from '../statistics.ts'
import { startCountingServer } from './api-server.ts'
import { writeEnvironment } from './cell.ts'
import { oursInvocation, timed } from './tools.ts'
import type { Invocation } from './tools.ts'

/** Wall time as a multiple of kubectl's, medians of paired rounds. */
export interface Start {
  readonly version: number
  readonly get: number
}

/** From nothing to a version, and to the answer of one GET: `logs` sends exactly one. */
export async function measureStart(
  program: string,
  parent: string,
  rounds: number,
): Promise<Start> {
  const directory = join(parent, 'start')
  await mkdir(directory)
  const server = await startCountingServer(0)
  try {
    await writeEnvironment(directory, server.access, 'default')
    const env = { HOME: directory, KUBECONFIG: join(directory, 'kubeconfig') }
    const theirs = async (...args: readonly string[]) => ({ program: await kubectl(), args, env })
    const versions = await pairs(
      { ...oursInvocation(program, [], directory), args: [program, '--version'] },
      await theirs('version', '--client'),
      rounds,
    )
    const before = server.requests()
    const logs = oursInvocation(program, ['logs', 'nobody'], directory)
    await timed(logs, [1])
    const sent = server.requests() - before
    if (sent !== 1) throw new Error(`expected logs to send one request, it sent ${sent}`)
    const gets = await pairs(logs, await theirs('get', '--raw', '/version'), rounds)
    return { version: versions, get: gets }
  } finally {
    await server.close()
  }
}

async function pairs(ours: Invocation, theirs: Invocation, rounds: number): Promise<number> {
  const times: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] }
  for (let round = -1; round < rounds; round += 1) {
    const one = await timed(ours, [0, 1])
    const other = await timed(theirs)
    if (round < 0) continue // the first fills caches
    times.ours.push(one.ms)
    times.theirs.push(other.ms)
  }
  return Math.round(pairedRatio(times.ours, times.theirs) * 1000) / 1000
}
