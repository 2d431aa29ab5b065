import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { connect } from 'node:tls'
import { parse } from 'yaml'
import { at, textAt } from './kubernetes/object.ts'

/** An answer over loopback; a stopped process holds its port and never answers. */
const ANSWER_MS = 1_000

/** The directory is another running platform's; the message says what to do. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError'
  readonly code = 'ERR_DIRECTORY'
}

/**
 * Makes sure that no running platform has its files in a directory: a second one would take them over, and everybody who
 * uses the first one's kubeconfig would be on the second without a word.
 *
 * Only the platform that wrote the kubeconfig can answer under its certificate, so that one left behind by a platform
 * that has ended, or whose port is now somebody else's, is in nobody's way.
 *
 * @throws {DirectoryError}
 */
export async function checkDirectory(directory: string): Promise<void> {
  const cluster = await clusterIn(join(directory, 'kubeconfig'))
  if (!cluster || !(await answers(cluster))) return
  const name = relative('.', directory) || '.'
  throw new DirectoryError(
    `${name}: holds the files of the platform that runs at ${cluster.server}; stop that one, or start this beside it with --any-port --directory DIR`,
  )
}

interface Cluster {
  readonly server: string
  readonly certificateAuthority: string
}

async function clusterIn(kubeconfig: string): Promise<Cluster | undefined> {
  const text = await readFile(kubeconfig, 'utf8').catch(() => '')
  const cluster = at(parsed(text), 'clusters', 0, 'cluster')
  const server = textAt(cluster, 'server')
  const certificateAuthority = textAt(cluster, 'certificate-authority-data')
  return server !== undefined && URL.canParse(server) && certificateAuthority !== undefined
    ? { server, certificateAuthority: Buffer.from(certificateAuthority, 'base64').toString() }
    : undefined
}

function parsed(text: string): unknown {
  try {
    return parse(text) as unknown
  } catch {
    return undefined // whatever it is, no platform wrote it
  }
}

function answers({ server, certificateAuthority: ca }: Cluster): Promise<boolean> {
  const { hostname: host, port } = new URL(server)
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), ca, timeout: ANSWER_MS })
    const end = (isAnswer: boolean) => {
      socket.destroy()
      resolve(isAnswer)
    }
    socket.once('secureConnect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}
