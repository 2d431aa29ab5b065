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
import { runCase } from './run-case.ts'
import { startLocal, startReal } from './servers.ts'
import type { Target } from './target.ts'

/**
 * Asks local/kubernetes and a real kube-apiserver the same questions, and prints each case as same or different.
 *
 *   npm run test:conformance [-- WORD…]     only cases whose name holds one of the words
 *
 * The real one comes from KUBECONFIG_CONFORMANCE (a cluster) or KUBEBUILDER_ASSETS (a folder with kube-apiserver and etcd).
 * Ends with `N passed, N failed`; 1 when a difference has no explanation.
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
    const local = await startLocal()
    try {
      const cases = chosen(words, real.bare)
      const compared = await compareAll(cases, { real: real.target, local })
      return report(compared, cases.length === CASES.length)
    } finally {
      await local.close()
    }
  } finally {
    await real.target.close()
  }
}

interface Compared {
  /** How many cases. */
  readonly same: number
  readonly explained: number
  readonly different: number
  readonly unused: readonly Explained[]
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
  return { target: await startReal(assets), bare: true }
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
): Promise<Compared> {
  const counts = { same: 0, explained: 0, different: 0 }
  const used = new Map<Explained, number>()
  for (const one of cases) {
    const namespace = `conformance-${randomBytes(4).toString('hex')}`
    const found = await runCase(one, targets, namespace)
    const unexplained = found.filter((difference) => !explain(one, difference, used))
    const verdict = unexplained.length > 0 ? 'different' : found.length > 0 ? 'explained' : 'same'
    counts[verdict] += 1
    print(one, verdict, unexplained)
  }
  console.log('')
  for (const [explained, count] of used) console.log(`explained (${count}): ${explained.reason}`)
  console.log(`same ${counts.same}, explained ${counts.explained}, different ${counts.different}`)
  return { ...counts, unused: EXPLAINED.filter((explained) => !used.has(explained)) }
}

/** An explanation that nothing needs any more would hide the next difference. */
function report({ same, explained, different, unused }: Compared, isWhole: boolean): number {
  const stale = isWhole ? unused : []
  for (const { reason } of stale) console.log(`explains no difference any more: ${reason}`)
  const failed = different + stale.length
  console.log(`\n${same + explained} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
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

function print(one: Case, verdict: string, unexplained: readonly Difference[]): void {
  console.log(`${verdict.padEnd(10)}${one.name}`)
  for (const { path, real, local } of unexplained) {
    console.log(`    step ${path}`)
    console.log(`      real   ${JSON.stringify(real)}`)
    console.log(`      local  ${JSON.stringify(local)}`)
  }
}

process.exitCode = await main(process.argv.slice(2))
