import type { Kubectl } from '../kubectl.ts'
import { SmokeError } from '../smoke-error.ts'

interface Node {
  readonly metadata: { readonly name: string }
  readonly spec?: {
    readonly unschedulable?: boolean
    readonly taints?: readonly Taint[]
  }
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly message?: string
    }[]
  }
}

interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

/** Why a node takes none of our pods, which tolerate nothing, and what changes that. */
interface Obstacle {
  readonly reason: string
  readonly hint: string
}

/**
 * Looks for nodes that take the pods of a run.
 *
 * @returns Their names.
 * @throws {SmokeError} `ERR_CLUSTER` if there is none, with what keeps the pods from each.
 */
export async function checkNodes(kubectl: Kubectl): Promise<readonly string[]> {
  const list = await kubectl.get<{ readonly items: readonly Node[] }>(['nodes'])
  const nodes = (list?.items ?? []).map((node) => ({
    name: node.metadata.name,
    obstacle: obstacleOf(node, kubectl),
  }))
  const usable = nodes.filter(({ obstacle }) => obstacle === undefined)
  if (usable.length > 0) return usable.map(({ name }) => name)
  const reasons = nodes.map(({ name, obstacle }) => `${name}: ${obstacle?.reason}`)
  const hints = nodes.flatMap(({ obstacle }) => obstacle?.hint ?? [])
  throw new SmokeError(
    'ERR_CLUSTER',
    nodes.length === 0
      ? 'the cluster is half up: it has no node yet'
      : `no node takes the pods: ${reasons.join('; ')}`,
    { hint: [...new Set(nodes.length === 0 ? [watch(kubectl)] : hints)].join('\n'), exitCode: 2 },
  )
}

function obstacleOf({ metadata, spec, status }: Node, kubectl: Kubectl): Obstacle | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status !== 'True') {
    return { reason: ready?.message ?? 'not ready', hint: watch(kubectl) }
  }
  if (spec?.unschedulable === true) {
    return { reason: 'cordoned', hint: kubectl.typed(`uncordon ${metadata.name}`) }
  }
  const taint = spec?.taints?.find((one) => isLasting(one))
  if (taint === undefined) return undefined
  const { key, value, effect } = taint
  return {
    reason: `tainted ${key}${value ? `=${value}` : ''}:${effect}`,
    hint: `if others may run there: ${kubectl.typed(`taint nodes ${metadata.name} ${key}:${effect}-`)}`,
  }
}

/** Kubernetes puts and takes its own by the node's state, which was asked for itself; a moment after it is ready they are gone. */
function isLasting({ key, effect }: Taint): boolean {
  return effect !== 'PreferNoSchedule' && !key.startsWith('node.kubernetes.io/')
}

function watch(kubectl: Kubectl): string {
  return `${kubectl.typed('get nodes --watch')}, and run again when one is Ready`
}
