import { allOf } from '../all-of.ts'
import type { Kubectl } from '../kubectl.ts'
import { lastLines } from '../program.ts'
import { SmokeError } from '../smoke-error.ts'
import type { Stage } from '../stage.ts'
import { checkNodes } from './nodes.ts'
import { checkPermissions } from './permissions.ts'

/** What is known of the cluster before anything is written to it. */
export interface ClusterFacts {
  readonly version: string
  readonly nodes: readonly string[]
  /** What the API server puts into every token as `iss`. */
  readonly issuer: string
}

/**
 * Asks whether the API server answers, the cluster could run a pod, and this user may do what the run does.
 *
 * @throws {SmokeError} `ERR_UNREACHABLE`, `ERR_CLUSTER` or `ERR_PERMISSION`, or an `AggregateError` of several.
 */
export async function checkCluster(stage: Stage): Promise<ClusterFacts> {
  await checkServer(stage)
  const [version, nodes, issuer] = await allOf(
    readVersion(stage.kubectl),
    checkNodes(stage.kubectl),
    readIssuer(stage.kubectl),
    checkPermissions(stage),
  )
  return { version, nodes, issuer }
}

/**
 * `/readyz` is what the API server itself thinks; its list says which part is not up yet.
 *
 * @throws {SmokeError} `ERR_UNREACHABLE` or `ERR_CLUSTER`.
 */
export async function checkServer({ options, kubectl, server }: Stage): Promise<void> {
  const ready = await kubectl.run(['get', '--raw', '/readyz?verbose', '--request-timeout=10s'], {
    timeoutMs: 15_000,
  })
  if (ready.code !== 0) throw serverError(options.context, server, ready.stdout + ready.stderr)
}

async function readVersion(kubectl: Kubectl): Promise<string> {
  const { gitVersion } = JSON.parse(await kubectl.need(['get', '--raw', '/version'])) as {
    gitVersion: string
  }
  return gitVersion
}

function serverError(context: string, server: string, said: string): SmokeError {
  const at = `context "${context}", ${server}`
  const missing = said.split('\n').filter((line) => line.startsWith('[-]'))
  if (missing.length > 0) {
    const parts = missing.map((line) => line.slice('[-]'.length).split(' ')[0])
    return new SmokeError(
      'ERR_CLUSTER',
      `${at}: the cluster is half up: not ready: ${parts.join(', ')}`,
      {
        hint: 'wait a moment and run again',
        exitCode: 2,
      },
    )
  }
  if (/Unauthorized|must be logged in|credentials|enter Username/i.test(said)) {
    return new SmokeError(
      'ERR_UNREACHABLE',
      `${at}: the API server does not accept these credentials: ${lastLines(said, 1)}`,
      {
        hint: 'log in again, or write the context anew (az aks get-credentials, kind export kubeconfig)',
      },
    )
  }
  if (/x509|certificate/i.test(said)) {
    return new SmokeError(
      'ERR_UNREACHABLE',
      `${at}: its certificate is not the one of this context: ${lastLines(said, 1)}`,
      {
        hint: 'the cluster was probably made again: write the context anew (kind export kubeconfig --name NAME)',
      },
    )
  }
  return new SmokeError(
    'ERR_UNREACHABLE',
    `${at}: the API server is not reachable: ${lastLines(said, 1)}`,
    {
      hint: 'is the cluster running? (docker ps shows kind clusters; a stopped one: docker start NAME-control-plane)',
    },
  )
}

async function readIssuer(kubectl: Kubectl): Promise<string> {
  const path = '/.well-known/openid-configuration'
  const { issuer } = JSON.parse(await kubectl.need(['get', '--raw', path])) as { issuer?: unknown }
  if (typeof issuer === 'string') return issuer
  throw new SmokeError('ERR_CLUSTER', `the API server's ${path} names no issuer`)
}
