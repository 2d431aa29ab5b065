import { join } from 'node:path'
import { buildDeployer } from '../test/faults/program.ts'
import { measureCell } from './deployer/cell.ts'
import type { Case, Cell } from './deployer/cell.ts'
import { measureStart } from './deployer/start.ts'
import type { Start } from './deployer/start.ts'
import { tools } from './deployer/tools.ts'
import { measureVerdicts } from './deployer/verdicts.ts'
import type { Verdict } from './deployer/verdicts.ts'
import type { BenchOptions, Report } from './report.ts'

const QUICK: readonly Cell[] = [
  { count: 5, delayMs: 20, rounds: 1 },
  { count: 100, delayMs: 5, rounds: 1 },
]
const FULL: readonly Cell[] = [
  ...[0, 5, 20].map((delayMs) => ({ count: 5, delayMs, rounds: 3 })),
  ...[0, 5, 20].map((delayMs) => ({ count: 100, delayMs, rounds: 3 })),
  { count: 1000, delayMs: 5, rounds: 1 },
]

/**
 * The built deployer beside the real kubectl and helm, on an API server that counts and takes its time. All three only
 * apply: nobody waits for readiness. Ours plans before it applies, the other two do not.
 */
export async function benchDeployer(options: BenchOptions): Promise<Report> {
  const program = await buildDeployer(join(options.directory, 'deployer'))
  const all = await tools(program)
  const cases: Case[] = []
  for (const cell of options.quick ? QUICK : FULL) {
    cases.push(...(await measureCell(all, cell, options.directory)))
  }
  const verdicts = await measureVerdicts(program, options.directory)
  const start = await measureStart(program, options.directory, options.quick ? 5 : options.rounds)
  return { table: table(cases, verdicts, start), numbers: {}, document: { cases, verdicts, start } }
}

function table(cases: readonly Case[], verdicts: readonly Verdict[], start: Start): string {
  const head = ['', 'ours ms', 'kubectl ms', 'helm ms', '/kubectl', '/helm', 'requests', 'kubectl']
  const rows = cases.map((one) => [
    one.name,
    ...[one.oursMs, one.kubectlMs, one.helmMs].map(String),
    (one.oursMs / one.kubectlMs).toFixed(3),
    (one.oursMs / one.helmMs).toFixed(3),
    ...[one.requests, one.kubectlRequests].map(String),
  ])
  const lines = [head, ...rows].map(
    ([name = '', ...cells]) => name.padEnd(18) + cells.map((cell) => cell.padStart(11)).join(''),
  )
  const starts = `start / kubectl: --version ${start.version}, one GET ${start.get}`
  const told = verdicts.map(
    ({ name, seconds, reason }) => `verdict ${name}: ${seconds.toFixed(2)} s: ${reason}`,
  )
  return [...lines, ...told, starts].join('\n')
}
