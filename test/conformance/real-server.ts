import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAuthority } from '../../local/tls.ts'
import { createTarget } from './target.ts'
import type { Target } from './target.ts'

const START_MS = 60_000
const STOP_MS = 5000
export const ISSUER = 'https://kubernetes.default.svc.cluster.local'

/**
 * Starts etcd and kube-apiserver from `assets` (the value of KUBEBUILDER_ASSETS) on free loopback ports, with keys and
 * certificates made for this run.
 *
 * @throws {Error} with the last lines of the program's log if one of them does not come up in a minute.
 */
export async function startRealServer(assets: string): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'keyless-conformance-'))
  const started: ChildProcess[] = []
  const stop = async (): Promise<void> => {
    for (const child of started.toReversed()) await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const token = randomBytes(24).toString('hex')
    const ca = await writeFiles(folder, token)
    const [client, peer, port] = await freePorts()
    const etcd = `http://127.0.0.1:${client}`
    started.push(start(join(assets, 'etcd'), etcdArguments(folder, etcd, peer), folder))
    started.push(start(join(assets, 'kube-apiserver'), serverArguments(folder, etcd, port), folder))
    const access = { url: `https://127.0.0.1:${port}`, tls: { ca }, token }
    const target = createTarget('kube-apiserver', access, stop)
    await ready(target, folder, started)
    return target
  } catch (error) {
    await stop()
    throw error
  }
}

async function writeFiles(folder: string, token: string): Promise<string> {
  const authority = await createAuthority(Date.now())
  const leaf = await authority.issue(['127.0.0.1', 'localhost'])
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const files: Record<string, string> = {
    'tls.crt': leaf.cert,
    'tls.key': leaf.key,
    'sa.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'sa.pub': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'tokens.csv': `${token},admin,admin-uid,"system:masters"\nviewer-token,viewer,viewer-uid\n`,
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content, { mode: 0o600 })
  }
  return authority.certificate
}

async function freePorts(): Promise<[number, number, number]> {
  const servers = await Promise.all(
    [0, 1, 2].map(async () => {
      const server = createServer()
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const [one = 0, two = 0, three = 0] = servers.map(
    (server) => (server.address() as AddressInfo).port,
  )
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return [one, two, three]
}

function etcdArguments(folder: string, client: string, peerPort: number): readonly string[] {
  const peer = `http://127.0.0.1:${peerPort}`
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
  ]
}

function serverArguments(folder: string, etcd: string, port: number): readonly string[] {
  return [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${join(folder, 'tls.crt')}`,
    `--tls-private-key-file=${join(folder, 'tls.key')}`,
    `--service-account-issuer=${ISSUER}`,
    `--service-account-key-file=${join(folder, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--allow-privileged',
  ]
}

function start(program: string, args: readonly string[], folder: string): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder })
  const lines: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => {
    lines.push(chunk)
    if (lines.length > 50) lines.shift()
  })
  child.on('exit', () => {
    void writeFile(join(folder, 'failure.log'), Buffer.concat(lines)).catch(() => undefined)
  })
  return child
}

async function ready(
  target: Target,
  folder: string,
  started: readonly ChildProcess[],
): Promise<void> {
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline) {
    if (started.some((child) => child.exitCode !== null)) break
    const question = {
      method: 'GET',
      path: '/readyz',
      headers: {},
      body: undefined,
      token: undefined,
    }
    const answer = await target.send(question).catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(200)
  }
  await sleep(200)
  const log = await readFile(join(folder, 'failure.log'), 'utf8').catch(() => '')
  throw new Error(
    `the real API server did not come up in ${START_MS / 1000} s\n${log.slice(-2000)}`,
  )
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await exited
  clearTimeout(late)
}
