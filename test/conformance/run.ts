/* oxlint-disable no-console -- its output is its purpose */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Case } from './case.ts'
import { CASES } from './cases/all.ts'
import { connectCluster } from './cluster.ts'
import type { Difference } from './compare.ts'
import { EXPLAINED } from './differences.ts'
import type { Explained } from './differences.ts'
import { startRealServer } from './real-server.ts'
import { runCase } from './run-case.ts'
import { startStandIn } from './stand-in.ts'
import type { Target } from './target.ts'

/**
 * Asks local/kubernetes and a real kube-apiserver the same questions, and prints each case as same or different.
 *
 *   npm run test:conformance [-- WORD…]     only cases whose name holds one of the words
 *
 * The real one comes from KUBECONFIG_CONFORMANCE (a cluster) or KUBEBUILDER_ASSETS (a folder with kube-apiserver and etcd).
 */
async function main(words: readonly string[]): Promise<number> {
  const real = await realServer()
  if (real === undefined) {
    console.log(
      'conformance: runs without a real API server here; set KUBEBUILDER_ASSETS or KUBECONFIG_CONFORMANCE to compare',
    )
    return 0
  }
  try {
    const local = await startStandIn()
    try {
      return await compareAll(chosen(words, real.bare), { real: real.target, local })
    } finally {
      await local.close()
    }
  } finally {
    await real.target.close()
  }
}

interface Real {
  readonly target: Target
  readonly bare: boolean
}

async function realServer(): Promise<Real | undefined> {
  const kubeconfig = process.env['KUBECONFIG_CONFORMANCE']
  if (kubeconfig !== undefined) return { target: await connectCluster(kubeconfig), bare: false }
  const assets = process.env['KUBEBUILDER_ASSETS']
  if (assets === undefined || !existsSync(join(assets, 'kube-apiserver'))) return undefined
  return { target: await startRealServer(assets), bare: true }
}

function chosen(words: readonly string[], bare: boolean): readonly Case[] {
  const wanted = CASES.filter((one) => bare || one.bare !== true)
  return words.length === 0
    ? wanted
    : wanted.filter((one) => words.some((word) => one.name.includes(word)))
}

async function compareAll(
  cases: readonly Case[],
  targets: { readonly real: Target; readonly local: Target },
): Promise<number> {
  let same = 0
  let different = 0
  const used = new Map<Explained, number>()
  for (const one of cases) {
    const namespace = `conformance-${randomBytes(4).toString('hex')}`
    const found = await runCase(one, targets, namespace)
    const unexplained = found.filter((difference) => !explain(one, difference, used))
    if (unexplained.length === 0) same += 1
    else different += 1
    print(one, found, unexplained)
  }
  console.log('')
  for (const [explained, count] of used) console.log(`explained (${count}): ${explained.reason}`)
  console.log(`${cases.length} cases: ${same} same or explained, ${different} different`)
  return different === 0 ? 0 : 1
}

function explain(one: Case, difference: Difference, used: Map<Explained, number>): boolean {
  const explained = EXPLAINED.find(
    ({ cases, paths, real }) =>
      cases.test(one.name) &&
      paths.test(difference.path) &&
      (real === undefined || real.test(JSON.stringify(difference.real) ?? '')),
  )
  if (explained === undefined) return false
  used.set(explained, (used.get(explained) ?? 0) + 1)
  return true
}

function print(one: Case, found: readonly Difference[], unexplained: readonly Difference[]): void {
  const verdict = unexplained.length > 0 ? 'different' : found.length > 0 ? 'explained' : 'same'
  console.log(`${verdict.padEnd(10)}${one.name}`)
  for (const { path, real, local } of unexplained) {
    console.log(`    step ${path}`)
    console.log(`      real   ${JSON.stringify(real)}`)
    console.log(`      local  ${JSON.stringify(local)}`)
  }
}

process.exitCode = await main(process.argv.slice(2))
