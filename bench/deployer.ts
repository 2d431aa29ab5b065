import { join } from 'node:path'
import { buildDeployer } from '../test/faults/program.ts'
import { cellName, measureCell } from './deployer/cell.ts'
import type { Case, Cell } from './deployer/cell.ts'
import { goalsOf } from './deployer/goals.ts'
import type { Measured } from './deployer/goals.ts'
import { measureStart } from './deployer/start.ts'
import { tools } from './deployer/tools.ts'
import { measureVerdicts } from './deployer/verdicts.ts'
import { roundsOf } from './report.ts'
import type { BenchOptions, Report } from './report.ts'

const QUICK: readonly Cell[] = [
  { count: 5, on: { delayMs: 20 }, rounds: 1 },
  { count: 100, on: { delayMs: 5 }, rounds: 1 },
]
const COUNTS = [5, 100, 1000]
const DELAYS_MS = [0, 5, 20]
/** Of the largest one round takes minutes. */
const ROUNDS: Readonly<Record<number, number>> = { 5: 5, 100: 3, 1000: 1 }
const START_ROUNDS = 15

/**
 * The built deployer beside the real kubectl and helm, on an API server that counts and takes its time, and on a real
 * kube-apiserver where KUBEBUILDER_ASSETS names one. All three only apply: nobody waits for readiness. Ours plans before
 * it applies, the other two do not.
 *
 * `options.only`: names of cells (`5/20ms`, `1000/real`), `verdicts`, `start`; all without it.
 */
export async function benchDeployer(options: BenchOptions): Promise<Report> {
  const isAsked = (name: string) => options.only.length === 0 || options.only.includes(name)
  const program = await buildDeployer(join(options.directory, 'deployer'))
  const all = await tools(program)
  const cases: Case[] = []
  for (const cell of cellsOf(options)) {
    if (isAsked(cellName(cell))) cases.push(...(await measureCell(all, cell, options.directory)))
  }
  const verdicts = isAsked('verdicts') ? await measureVerdicts(program, options.directory) : []
  const rounds = roundsOf(options, START_ROUNDS)
  const start = isAsked('start')
    ? await measureStart(program, options.directory, rounds)
    : undefined
  const measured = { cases, verdicts, start }
  return { table: table(measured), numbers: {}, document: document(measured) }
}

function cellsOf({ quick, rounds }: BenchOptions): readonly Cell[] {
  if (quick) return QUICK
  const assets = process.env['KUBEBUILDER_ASSETS']
  if (!assets) {
    process.stderr.write('KUBEBUILDER_ASSETS is not set: no cases against a real kube-apiserver\n')
  }
  const servers: readonly Cell['on'][] = [
    ...DELAYS_MS.map((delayMs) => ({ delayMs })),
    ...(assets ? [{ assets }] : []),
  ]
  return COUNTS.flatMap((count) =>
    servers.map((on) => ({ count, on, rounds: rounds ?? ROUNDS[count] ?? 1 })),
  )
}

/** For programs: a number that nobody counted is null. */
function document({ cases, verdicts, start }: Measured): object {
  const lines = cases.map(({ name, ms, requests }) => ({
    name,
    oursMs: ms.ours,
    kubectlMs: ms.kubectl,
    helmMs: ms.helm,
    requests: requests.ours,
    kubectlRequests: requests.kubectl,
  }))
  return { cases: lines, verdicts, start: start ?? null }
}

function table(measured: Measured): string {
  const { cases, verdicts, start } = measured
  const head = ['', 'ours ms', 'kubectl', 'helm', '/kubectl', '/helm']
  const costs = ['CPU ms', 'kubectl', 'helm', 'requests', 'kubectl', 'helm']
  const rows = cases.map(({ name, ms, cpuMs, requests, ratio }) => [
    name,
    ...[ms.ours, ms.kubectl, ms.helm].map(String),
    ...[ratio.kubectl, ratio.helm].map((value) => value.toFixed(3)),
    ...[cpuMs, requests].flatMap((of) => [of.ours, of.kubectl, of.helm].map(text)),
  ])
  const lines = (rows.length > 0 ? [[...head, ...costs], ...rows] : []).map(
    ([name = '', ...cells]) => name.padEnd(18) + cells.map((cell) => cell.padStart(9)).join(''),
  )
  const told = verdicts.map(
    ({ name, seconds, reason }) => `verdict ${name}: ${seconds.toFixed(2)} s: ${reason}`,
  )
  const starts = start ? [`start / kubectl: --version ${start.version}, one GET ${start.get}`] : []
  const goals = goalsOf(measured).map(
    ({ goal, result, isMet }) => `${isMet ? 'met   ' : 'missed'} ${goal}: ${result}`,
  )
  return [...lines, ...told, ...starts, ...goals].join('\n')
}

function text(value: number): string {
  return Number.isNaN(value) ? '-' : String(value)
}
