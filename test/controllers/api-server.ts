import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiAccess } from '../../local/kubernetes/client.ts'
import { createClient } from '../../local/kubernetes/client.ts'
import { createAuthority } from '../../local/tls.ts'

/** An API server without controllers and nodes. */
export interface ApiServer {
  readonly access: ApiAccess
  close(): Promise<void>
}

const TOKEN = 'admin-token'
const ISSUER = 'https://kubernetes.default.svc.cluster.local'

/**
 * The local API server; or, where KUBEBUILDER_ASSETS names a folder with kube-apiserver and etcd, the real one,
 * so that the same journeys show that the controllers serve both.
 */
export async function startApiServer(): Promise<ApiServer> {
  const assets = process.env['KUBEBUILDER_ASSETS']
  return assets === undefined ? await startLocal() : await startReal(assets)
}

async function startLocal(): Promise<ApiServer> {
  const { startKubernetes } = await import('../../local/kubernetes/server.ts')
  const authority = await createAuthority(Date.now())
  const server = await startKubernetes({
    tls: await authority.issue(['127.0.0.1']),
    issuer: ISSUER,
    certificateAuthority: authority.certificate,
    users: [{ token: TOKEN, name: 'kubernetes-admin', groups: ['system:masters'] }],
    workloadIdentity: { tenantId: 'tenant', authorityHost: 'https://login.microsoftonline.com/' },
  })
  const access = {
    url: server.url,
    certificateAuthority: authority.certificate,
    token: TOKEN,
  }
  return { access, close: () => server.close() }
}

async function startReal(assets: string): Promise<ApiServer> {
  const directory = await mkdtemp(join(tmpdir(), 'kube-apiserver-'))
  const [client, peer, port] = await Promise.all([freePort(), freePort(), freePort()])
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = join(directory, 'sa.key')
  const tokens = join(directory, 'tokens.csv')
  await writeFile(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  await writeFile(tokens, `${TOKEN},kubernetes-admin,admin,"system:masters"\n`, { mode: 0o600 })
  const etcdUrl = `http://127.0.0.1:${client}`
  const etcd = run(join(assets, 'etcd'), {
    'data-dir': join(directory, 'etcd'),
    'listen-client-urls': etcdUrl,
    'advertise-client-urls': etcdUrl,
    'listen-peer-urls': `http://127.0.0.1:${peer}`,
    'initial-advertise-peer-urls': `http://127.0.0.1:${peer}`,
    'initial-cluster': `default=http://127.0.0.1:${peer}`,
    'unsafe-no-fsync': 'true',
  })
  const apiServer = run(join(assets, 'kube-apiserver'), {
    'etcd-servers': etcdUrl,
    'secure-port': String(port),
    'bind-address': '127.0.0.1',
    'cert-dir': directory,
    'service-account-issuer': ISSUER,
    'service-account-signing-key-file': key,
    'service-account-key-file': key,
    'token-auth-file': tokens,
    'authorization-mode': 'RBAC',
    'service-cluster-ip-range': '10.0.0.0/24',
  })
  const certificateAuthority = await untilRead(join(directory, 'apiserver.crt'))
  const access = { url: `https://127.0.0.1:${port}`, certificateAuthority, token: TOKEN }
  await untilReady(access)
  const close = async () => {
    for (const child of [apiServer, etcd]) await stop(child)
    await rm(directory, { recursive: true })
  }
  return { access, close }
}

function run(program: string, flags: Readonly<Record<string, string>>): ChildProcess {
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  return spawn(program, args, { stdio: 'ignore' })
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilRead(path: string): Promise<string> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text.includes('END CERTIFICATE')) return text
    await sleep(50)
  }
}

async function untilReady(access: ApiAccess): Promise<void> {
  const client = createClient(access)
  for (;;) {
    // Groups appear one by one, the default namespace among the last things.
    const groups = await client.get('/apis').catch(() => undefined)
    const ready = await client.get('/api/v1/namespaces/default').catch(() => undefined)
    if (ready && ['apps', 'batch'].every((name) => JSON.stringify(groups).includes(name))) break
    await sleep(100)
  }
  client.close()
}
