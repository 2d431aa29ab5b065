import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { writeKubeconfig } from '../../test/deployer/cluster.ts'
import type { ApiAccess } from '../../local/kubernetes/client.ts'
import { median, pairedRatio } from '../statistics.ts'
import { startCountingServer, startRealServer } from './api-server.ts'
import type { BenchServer } from './api-server.ts'
import { writeObjects } from './objects.ts'
import type { Content } from './objects.ts'
import { PHASES, timed } from './tools.ts'
import type { Phase, Spent, Tool, ToolName, Workspace } from './tools.ts'

/** One size on one kind of server. */
export interface Cell {
  readonly count: number
  /** The delay of the counting server, or the folder of a real kube-apiserver. */
  readonly on: { readonly delayMs: number } | { readonly assets: string }
  readonly rounds: number
}

/** `objects/delay` or `objects/real`. */
export function cellName({ count, on }: Pick<Cell, 'count' | 'on'>): string {
  return `${count}/${'assets' in on ? 'real' : `${on.delayMs}ms`}`
}

/** One line of the report: medians, and ratios of paired rounds. */
export interface Case {
  /** `phase/objects/delay` */
  readonly name: string
  readonly ms: Readonly<Record<ToolName, number>>
  readonly cpuMs: Readonly<Record<ToolName, number>>
  /** NaN on a real server. */
  readonly requests: Readonly<Record<ToolName, number>>
  /** Wall time of ours as a multiple of theirs. */
  readonly ratio: { readonly kubectl: number; readonly helm: number }
}

interface Sample extends Spent {
  readonly requests: number
}

/** Every phase with every tool in turn, round by round, each in a namespace of its own on one fresh server. */
export async function measureCell(
  all: readonly Tool[],
  cell: Cell,
  directory: string,
): Promise<readonly Case[]> {
  const { on } = cell
  const server = await ('assets' in on
    ? startRealServer(on.assets)
    : startCountingServer(on.delayMs))
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
  server: BenchServer,
  tool: Tool,
  space: Workspace,
  { phase, count }: { readonly phase: Phase; readonly count: number },
): Promise<Sample> {
  const before = tool.before?.(phase, space)
  if (before) await timed(before)
  await writeObjects(space.objects, contentOf(phase, count))
  if (phase === 'first') await tool.prepare(space)
  if (phase === 'heal') await drift(server, space)
  const requests = server.requests()
  const spent = await timed(tool.invocation(phase, space))
  return { ...spent, requests: server.requests() - requests }
}

/** Somebody scales a deployment by hand. */
async function drift(server: BenchServer, { namespace }: Workspace): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/object-0`
  const edit = { spec: { replicas: 3 } }
  await server.client.patch(path, 'application/merge-patch+json', edit, {
    fieldManager: 'kubectl-edit',
  })
}

function contentOf(phase: Phase, count: number): Content {
  const isChanged = phase === 'change' || phase === 'prune' || phase === 'heal'
  const isPruned = phase === 'prune' || phase === 'heal'
  return { count, value: isChanged ? 'changed' : 'same', isPruned }
}

async function workspace(
  server: BenchServer,
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
  const all = (name: ToolName, quantity: keyof Sample) =>
    (samples.get(`${phase} ${name}`) ?? []).map((sample) => sample[quantity])
  const medians = (quantity: keyof Sample) => {
    const of = (name: ToolName) => Math.round(median(all(name, quantity)))
    return { ours: of('ours'), kubectl: of('kubectl'), helm: of('helm') }
  }
  const ratio = (name: ToolName) => pairedRatio(all('ours', 'ms'), all(name, 'ms'))
  return {
    name: `${phase}/${cellName(cell)}`,
    ms: medians('ms'),
    cpuMs: medians('cpuMs'),
    requests: medians('requests'),
    ratio: { kubectl: ratio('kubectl'), helm: ratio('helm') },
  }
}
