import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { writeKubeconfig } from '../../test/deployer/cluster.ts'
import type { ApiAccess } from '../../local/kubernetes/client.ts'
import { median } from '../statistics.ts'
import { startCountingServer } from './api-server.ts'
import type { CountingServer } from './api-server.ts'
import { writeObjects } from './objects.ts'
import type { Content } from './objects.ts'
import { PHASES, timed } from './tools.ts'
import type { Phase, Tool, Workspace } from './tools.ts'

/** One size at one delay. */
export interface Cell {
  readonly count: number
  readonly delayMs: number
  readonly rounds: number
}

/** One line of the report. */
export interface Case {
  /** `phase/objects/delay` */
  readonly name: string
  readonly oursMs: number
  readonly kubectlMs: number
  readonly helmMs: number
  readonly requests: number
  readonly kubectlRequests: number
}

interface Sample {
  readonly ms: number
  readonly requests: number
}

/** Every phase with every tool in turn, round by round, each in a namespace of its own on one fresh server. */
export async function measureCell(
  all: readonly Tool[],
  cell: Cell,
  directory: string,
): Promise<readonly Case[]> {
  const server = await startCountingServer(cell.delayMs)
  const samples = new Map<string, Sample[]>()
  try {
    for (let round = 0; round < cell.rounds; round += 1) {
      const spaces = new Map<Tool, Workspace>()
      for (const tool of all) spaces.set(tool, await workspace(server, tool, directory, round))
      for (const phase of PHASES) {
        for (const [tool, space] of spaces) {
          const key = `${phase} ${tool.name}`
          const sample = await measure(server, tool, space, { phase, count: cell.count })
          samples.set(key, [...(samples.get(key) ?? []), sample])
        }
      }
    }
  } finally {
    await server.close()
  }
  return PHASES.map((phase) => caseOf(phase, cell, samples))
}

async function measure(
  server: CountingServer,
  tool: Tool,
  space: Workspace,
  { phase, count }: { readonly phase: Phase; readonly count: number },
): Promise<Sample> {
  const before = tool.before?.(phase, space)
  if (before) await timed(before)
  await writeObjects(space.objects, contentOf(phase, count))
  if (phase === 'first') await tool.prepare(space)
  const requests = server.requests()
  const ms = await timed(tool.invocation(phase, space))
  return { ms, requests: server.requests() - requests }
}

function contentOf(phase: Phase, count: number): Content {
  const isChanged = phase === 'change' || phase === 'prune'
  return { count, value: isChanged ? 'changed' : 'same', isPruned: phase === 'prune' }
}

async function workspace(
  server: CountingServer,
  tool: Tool,
  parent: string,
  round: number,
): Promise<Workspace> {
  const namespace = `${tool.name}-${round}`
  const directory = join(parent, `${new URL(server.access.url).port}-${namespace}`)
  const kubeconfig = join(directory, 'kubeconfig')
  await mkdir(directory, { recursive: true })
  await mkdir(join(directory, 'chart'))
  await server.client.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  })
  await writeEnvironment(directory, server.access, namespace)
  return { directory, objects: join(directory, tool.objects), namespace, kubeconfig }
}

/** A kubeconfig, and the environment file of the deployer that names it. */
export async function writeEnvironment(
  directory: string,
  access: ApiAccess,
  namespace: string,
): Promise<void> {
  await writeKubeconfig(join(directory, 'kubeconfig'), access)
  const template = await readFile(join('manifests', 'environments', 'local.yaml'), 'utf8')
  const document = parseDocument(template)
  document.set('target', 'kind')
  document.set('namespace', namespace)
  document.setIn(['cluster', 'context'], 'test')
  document.setIn(['cluster', 'kubeconfig'], 'kubeconfig')
  document.delete('trustRoot')
  await writeFile(join(directory, 'environment.yaml'), document.toString())
}

function caseOf(phase: Phase, cell: Cell, samples: ReadonlyMap<string, readonly Sample[]>): Case {
  const of = (tool: Tool['name'], quantity: keyof Sample) =>
    Math.round(median((samples.get(`${phase} ${tool}`) ?? []).map((sample) => sample[quantity])))
  return {
    name: `${phase}/${cell.count}/${cell.delayMs}ms`,
    oursMs: of('ours', 'ms'),
    kubectlMs: of('kubectl', 'ms'),
    helmMs: of('helm', 'ms'),
    requests: of('ours', 'requests'),
    kubectlRequests: of('kubectl', 'requests'),
  }
}
