import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../local/kubernetes/client.ts'
import type { ApiAccess, KubernetesClient } from '../../local/kubernetes/client.ts'
import type { ApiServer, ApiServerOptions } from './api-server.ts'

const START_MS = 120_000
const LOOK_EVERY_MS = 200
const LOG_CHARACTERS = 2_000

/**
 * A real kube-apiserver on an etcd of its own, both from `assets` (what KUBEBUILDER_ASSETS names), on free loopback ports
 * and with keys made for this run.
 *
 * @throws {Error} with the end of a program's log if one of them ends, or is not ready within two minutes.
 */
export async function startRealApiServer(
  assets: string,
  options: ApiServerOptions & { readonly issuer: string },
): Promise<ApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'keyless-kube-apiserver-'))
  const programs: Program[] = []
  const close = async () => {
    for (const program of programs.toReversed()) await end(program.child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const token = randomBytes(24).toString('hex')
    await writeFiles(folder, token, options)
    const [client, peer, port] = await freePorts()
    programs.push(start(join(assets, 'etcd'), etcdFlags(folder, client, peer)))
    const flags = serverFlags(folder, { etcdPort: client, port, issuer: options.issuer })
    programs.push(start(join(assets, 'kube-apiserver'), flags))
    const url = `https://127.0.0.1:${port}`
    const access = { url, certificateAuthority: options.authority.certificate, token }
    await ready(access, programs)
    return { access, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function writeFiles(
  folder: string,
  token: string,
  { authority, users = [] }: ApiServerOptions,
): Promise<void> {
  const leaf = await authority.issue(['127.0.0.1', 'localhost'])
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const admin = { token, name: 'admin', groups: ['system:masters'] }
  const tokens = [admin, ...users].map(
    // An empty last column would be one group without a name
    ({ token: secret, name, groups }) =>
      `${secret},${name},${name}-uid${groups.length === 0 ? '' : `,"${groups.join()}"`}\n`,
  )
  const files = {
    'tls.crt': leaf.cert,
    'tls.key': leaf.key,
    'ca.crt': authority.certificate,
    'sa.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'sa.pub': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'tokens.csv': tokens.join(''),
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content, { mode: 0o600 })
  }
}

/** All three are held until each is known, so that they differ. */
async function freePorts(): Promise<[number, number, number]> {
  const servers = [createServer(), createServer(), createServer()]
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening')
  const [one = 0, two = 0, three = 0] = servers.map(
    (server) => (server.address() as AddressInfo).port,
  )
  for (const server of servers) await once(server.close(), 'close')
  return [one, two, three]
}

type Flags = Readonly<Record<string, string>>

function etcdFlags(folder: string, clientPort: number, peerPort: number): Flags {
  const peer = `http://127.0.0.1:${peerPort}`
  const client = `http://127.0.0.1:${clientPort}`
  return {
    'data-dir': join(folder, 'etcd'),
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    'unsafe-no-fsync': 'true',
    'log-level': 'error',
  }
}

function serverFlags(
  folder: string,
  { etcdPort, port, issuer }: { etcdPort: number; port: number; issuer: string },
): Flags {
  return {
    'etcd-servers': `http://127.0.0.1:${etcdPort}`,
    'bind-address': '127.0.0.1',
    'secure-port': String(port),
    'tls-cert-file': join(folder, 'tls.crt'),
    'tls-private-key-file': join(folder, 'tls.key'),
    'kubelet-certificate-authority': join(folder, 'ca.crt'),
    'service-account-issuer': issuer,
    'service-account-key-file': join(folder, 'sa.pub'),
    'service-account-signing-key-file': join(folder, 'sa.key'),
    'token-auth-file': join(folder, 'tokens.csv'),
    'authorization-mode': 'RBAC',
    'service-cluster-ip-range': '10.96.0.0/16',
    'allow-privileged': 'true',
  }
}

interface Program {
  readonly name: string
  readonly child: ChildProcess
  /** The end of what it has logged. */
  readonly log: () => string
}

function start(name: string, flags: Flags): Program {
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)
  const child = spawn(name, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.on('error', (error) => {
    log = error.message
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-LOG_CHARACTERS)
  })
  return { name, child, log: () => log }
}

async function ready(access: ApiAccess, programs: readonly Program[]): Promise<void> {
  const client = createClient(access)
  const deadline = Date.now() + START_MS
  try {
    while (!(await isReady(access, client))) {
      const ended = programs.find(({ child }) => child.pid === undefined || hasEnded(child))
      if (ended) throw new Error(`${ended.name} ended:\n${ended.log()}`)
      if (Date.now() > deadline) {
        const logs = programs.map(({ name, log }) => `${name}:\n${log()}`).join('\n')
        throw new Error(`no API server was ready within ${START_MS / 1000} s\n${logs}`)
      }
      await sleep(LOOK_EVERY_MS)
    }
  } finally {
    client.close()
  }
}

/** The namespaces it is born with come after it calls itself ready; until that it also lacks groups and roles. */
async function isReady(access: ApiAccess, client: KubernetesClient): Promise<boolean> {
  try {
    await client.get('/api/v1/namespaces/default')
    await client.get('/api/v1/namespaces/kube-node-lease')
    return (await statusOf(access, '/readyz')) === 200
  } catch {
    return false // not yet; the deadline bounds the waiting
  }
}

/** The client reads JSON only, and this answer is a word. */
async function statusOf({ url, token, certificateAuthority }: ApiAccess, path: string) {
  const headers = { authorization: `Bearer ${token}` }
  const outgoing = request(url + path, { ca: certificateAuthority, headers }).end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** Nothing is kept, so nothing has to end in order; asked politely, it would wait for the open watches. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
