import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../local/kubernetes/client.ts'
import type { ApiAccess } from '../../local/kubernetes/client.ts'
import type { CertificateAuthority } from '../../local/tls.ts'

const STARTED_WITHIN_MS = 60_000

/**
 * A real kube-apiserver on an etcd of its own, both from `assets` (the folder `KUBEBUILDER_ASSETS` names).
 *
 * It checks the node's certificate against the same authority as everything else.
 */
export async function startRealApiServer(
  assets: string,
  authority: CertificateAuthority,
): Promise<{ readonly access: ApiAccess; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-real-'))
  const [etcdPort, peerPort, port] = await Promise.all([freePort(), freePort(), freePort()])
  const token = randomBytes(16).toString('hex')
  const files = await writeFiles(directory, authority, token)
  const etcd = run(join(assets, 'etcd'), {
    'data-dir': join(directory, 'etcd'),
    'listen-client-urls': `http://127.0.0.1:${etcdPort}`,
    'advertise-client-urls': `http://127.0.0.1:${etcdPort}`,
    'listen-peer-urls': `http://127.0.0.1:${peerPort}`,
    'unsafe-no-fsync': 'true',
    'log-level': 'error',
  })
  const server = run(join(assets, 'kube-apiserver'), {
    'etcd-servers': `http://127.0.0.1:${etcdPort}`,
    'bind-address': '127.0.0.1',
    'secure-port': String(port),
    'tls-cert-file': files.cert,
    'tls-private-key-file': files.key,
    'token-auth-file': files.tokens,
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-signing-key-file': files.signingKey,
    'service-account-key-file': files.signingKey,
    'service-cluster-ip-range': '10.0.0.0/24',
    'authorization-mode': 'RBAC',
    'kubelet-certificate-authority': files.authority,
  })
  const access = {
    url: `https://127.0.0.1:${port}`,
    certificateAuthority: authority.certificate,
    token,
  }
  const close = async () => {
    await Promise.all([end(server), end(etcd)])
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await untilReady(access, server)
  } catch (error) {
    await close()
    throw error
  }
  return { access, close }
}

async function writeFiles(directory: string, authority: CertificateAuthority, token: string) {
  const { cert, key } = await authority.issue(['127.0.0.1', 'localhost'])
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const write = async (name: string, text: string) => {
    const path = join(directory, name)
    await writeFile(path, text, { mode: 0o600 })
    return path
  }
  return {
    cert: await write('server.crt', cert),
    key: await write('server.key', key),
    authority: await write('ca.crt', authority.certificate),
    tokens: await write('tokens.csv', `${token},admin,admin,"system:masters"\n`),
    signingKey: await write(
      'sa.key',
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ),
  }
}

function run(program: string, flags: Readonly<Record<string, string>>): ChildProcess {
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  return spawn(program, args, { stdio: 'ignore' })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}

async function untilReady(access: ApiAccess, server: ChildProcess): Promise<void> {
  const client = createClient(access)
  const deadline = Date.now() + STARTED_WITHIN_MS
  for (;;) {
    const isReady = await client.get('/api/v1/namespaces/kube-node-lease').then(
      () => true,
      () => false,
    )
    if (isReady) break
    if (server.exitCode !== null) throw new Error(`kube-apiserver ended with ${server.exitCode}`)
    if (Date.now() > deadline) throw new Error('kube-apiserver was not ready within a minute')
    await sleep(200)
  }
  client.close()
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
