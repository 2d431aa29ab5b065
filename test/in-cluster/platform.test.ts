// The platform as a workload, against an API server in this process: its tokens, its certificates, its health.
import { randomUUID, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ClusterPlatform } from '../../local/in-cluster/platform.ts'
import type { Served } from '../../local/in-cluster/services.ts'
import { textAt } from '../../local/kubernetes/object.ts'
import { ask, ROOTS_PATH, SECRET_PATH, startPlatformCluster, WEBHOOK_PATH } from './cluster.ts'
import type { Answered, PlatformCluster } from './cluster.ts'

const TENANT = '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11'
const CLIENT = 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27'
const ENTRA = 'entra.keyless-platform.svc.cluster.local'
const COSMOS = 'cosmos.keyless-platform.svc.cluster.local'

let cluster: PlatformCluster
let platform: ClusterPlatform
let served: Served
let ca: string

beforeAll(async () => {
  cluster = await startPlatformCluster()
  platform = await cluster.startPlatform()
  served = await upOf(platform)
  ca = textAt(await cluster.client.get(ROOTS_PATH), 'data', 'ca.crt') ?? ''
})

afterAll(() => cluster.close())

test('a token of the cluster becomes an access token, and that an item', async () => {
  const exchanged = await exchange(await cluster.tokenOf('keyless-cosmos', 'worker'))
  expect(exchanged.status).toBe(200)
  const { access_token: token } = JSON.parse(exchanged.text) as { readonly access_token: string }
  const written = await write(token, 'data')
  expect(written).toMatchObject({ status: 201 })
  const elsewhere = await write(token, 'other')
  expect(elsewhere.status).toBe(403)
  expect(elsewhere.text).toContain('does not have required RBAC permissions')
})

test('a service account without a federated credential is refused', async () => {
  const { status, text } = await exchange(await cluster.tokenOf('somewhere', 'worker'))
  expect(status).toBe(401)
  expect(text).toContain('AADSTS700213')
})

test.for([
  {
    when: 'the name is nobody’s',
    url: `https://nobody.keyless-platform.svc.cluster.local/`,
    server: ENTRA,
    says: 'no service here is called "nobody.keyless-platform.svc.cluster.local"',
  },
  {
    when: 'TLS was made for the other service',
    url: `https://${COSMOS}/`,
    server: ENTRA,
    says: `TLS was made for "${ENTRA}", the request is for "${COSMOS}"`,
  },
])('a request is misdirected when $when', async ({ url, server, says }) => {
  expect(await ask(served.services.port, url, { ca, server })).toEqual({
    status: 421,
    text: `${says}\n`,
  })
})

test('roots are published, and no key beside them', async () => {
  expect(new X509Certificate(ca).ca).toBe(true)
  const configMap = await cluster.client.get(ROOTS_PATH)
  expect(Object.keys(configMap['data'] as object)).toEqual(['ca.crt'])
  expect(JSON.stringify(configMap)).not.toContain('PRIVATE KEY')
})

test('a CA bundle that somebody changed is put back within seconds', async () => {
  const bundle = Buffer.from(ca).toString('base64')
  expect(await caBundle()).toBe(bundle)
  const path = '/webhooks/0/clientConfig/caBundle'
  await cluster.client.patch(WEBHOOK_PATH, 'application/json-patch+json', [{ op: 'remove', path }])
  expect(await caBundle()).toBeUndefined()
  await until(async () => (await caBundle()) === bundle)
})

test('a Secret that somebody emptied gets the same authority back', async () => {
  const before = await cluster.client.get(SECRET_PATH)
  await cluster.client.patch(SECRET_PATH, 'application/merge-patch+json', { data: null })
  await until(async () => (await cluster.client.get(SECRET_PATH))['data'] !== undefined)
  expect((await cluster.client.get(SECRET_PATH))['data']).toEqual(before['data'])
})

test('the certificate is renewed after half a day, and open connections go on', async () => {
  const clock = { offset: -13 * 3_600_000 }
  const other = await cluster.startPlatform({ now: () => Date.now() + clock.offset })
  const { port } = (await upOf(other)).services
  const open = await connectTo(port)
  const before = open.getPeerX509Certificate()?.serialNumber
  clock.offset = 0
  await until(async () => {
    const fresh = await connectTo(port)
    const { serialNumber } = fresh.getPeerX509Certificate() ?? {}
    fresh.destroy()
    return serialNumber !== before
  })
  open.write(`GET / HTTP/1.1\r\nhost: ${ENTRA}\r\nconnection: close\r\n\r\n`)
  const answer = await text(open)
  expect(answer).toMatch(/^HTTP\/1\.1 404 /)
  await other.close()
})

test('a second platform, and one that starts later, have the same authority', async () => {
  const others = await Promise.all([cluster.startPlatform(), cluster.startPlatform()])
  for (const other of others) {
    const { services } = await upOf(other)
    const url = `https://${ENTRA}:${services.port}/${TENANT}/discovery/v2.0/keys`
    expect(await ask(services.port, url, { ca })).toMatchObject({ status: 200 })
    await other.close()
  }
})

test('several platforms that start on nothing agree on one authority', async () => {
  const fresh = await startPlatformCluster()
  try {
    const platforms = await Promise.all([1, 2, 3].map(() => fresh.startPlatform()))
    const all = await Promise.all(platforms.map(upOf))
    const roots = textAt(await fresh.client.get(ROOTS_PATH), 'data', 'ca.crt') ?? ''
    for (const { services } of all) {
      const url = `https://${ENTRA}:${services.port}/${TENANT}/discovery/v2.0/keys`
      expect(await ask(services.port, url, { ca: roots })).toMatchObject({ status: 200 })
    }
  } finally {
    await fresh.close()
  }
})

test('it is ready when keys and certificates work', async () => {
  expect(await probe(platform, 'alive')).toEqual({ status: 200, text: '' })
  expect(await probe(platform, 'ready')).toEqual({
    status: 200,
    text: 'keys: ok\ncertificates: ok\nstore: ok\n',
  })
  expect(await probe(platform, 'other')).toMatchObject({ status: 404 })
})

test('an issuer that is not the cluster’s is named, and nothing is served', async () => {
  const declaration = await cluster.declare((text) => `${text}\nissuer: https://other.example\n`)
  const lines: string[] = []
  const other = await cluster.startPlatform({ declaration, onState: (line) => lines.push(line) })
  const says =
    'issuer: "https://other.example" is declared, the cluster\'s is "https://kubernetes.default.svc.cluster.local"'
  await until(async () => (await probe(other, 'ready')).text.includes(says))
  expect(await probe(other, 'ready')).toMatchObject({ status: 503 })
  expect(await probe(other, 'alive')).toMatchObject({ status: 200 })
  expect(lines).toEqual([`waiting: ${says}`])
  await other.close()
  expect(await other.up).toBeUndefined()
})

test('an emulator that does not answer is waited for, and named', async () => {
  const declaration = await cluster.declare((text) =>
    text.replace('store: embedded', 'store: http://127.0.0.1:9'),
  )
  const other = await cluster.startPlatform({ declaration })
  const says = 'start: emulator http://127.0.0.1:9: connection refused'
  await until(async () => (await probe(other, 'ready')).text.startsWith(says))
  await other.close() // at once: it would wait for two minutes
})

test('the token is read again as the kubelet renews it', async () => {
  const file = join(cluster.serviceAccountDirectory, 'token')
  const other = await cluster.startPlatform()
  await upOf(other)
  await rename(file, `${file}.kept`)
  await writeFile(file, 'no-token')
  await until(async () => (await probe(other, 'ready')).status === 503, 10_000)
  await rename(`${file}.kept`, file)
  await until(async () => (await probe(other, 'ready')).status === 200)
  await other.close()
})

test('a pod that asks for an identity is changed, refused, and refused while the webhook is down', async () => {
  const fresh = await startPlatformCluster()
  try {
    const { webhook } = await upOf(await fresh.startPlatform())
    await fresh.callWebhookAt(webhook.port)
    await fresh.tokenOf('app', 'worker')
    const create = (name: string, annotations = {}) =>
      fresh.client.create('/api/v1/namespaces/app/pods', labelledPod(name, annotations))
    await until(() =>
      create('early').then(
        () => true,
        () => false,
      ),
    )

    const { spec } = await create('demo')
    const volume = 'azure-workload-identity-reserved-2a97516c354b68848cdbd8f54a226a'
    expect(spec).toMatchObject({
      containers: [
        {
          env: [
            { name: 'AZURE_TENANT_ID', value: TENANT },
            { name: 'AZURE_FEDERATED_TOKEN_FILE' },
            { name: 'AZURE_AUTHORITY_HOST', value: expect.stringMatching(/^https:.*\/$/) },
          ],
          volumeMounts: [{ name: volume, mountPath: '/var/run/secrets/azure/wi', readOnly: true }],
        },
      ],
      volumes: [{ name: volume, projected: { defaultMode: 420 } }],
    })
    const expiration = 'azure.workload.identity/service-account-token-expiration'
    await expect(create('impatient', { [expiration]: '60' })).rejects.toMatchObject({
      code: 400,
      message:
        'admission webhook "mutation.azure-workload-identity.io" denied the request: token expiration 60 not valid. Expected value to be between 3600 and 86400',
    })
    await fresh.closePlatforms()
    await expect(create('late')).rejects.toMatchObject({
      code: 500,
      message: expect.stringMatching(
        /failed calling webhook "mutation\.azure-workload-identity\.io"/,
      ),
    })
  } finally {
    await fresh.close()
  }
})

function labelledPod(name: string, annotations: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations, labels: { 'azure.workload.identity/use': 'true' } },
    spec: {
      serviceAccountName: 'worker',
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'i' }],
    },
  }
}

async function connectTo(port: number): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, servername: ENTRA, ca })
  await once(socket, 'secureConnect')
  return socket
}

async function upOf(starting: ClusterPlatform): Promise<Served> {
  const up = await starting.up
  if (!up) throw new Error('the platform was closed before it was up')
  return up
}

function exchange(assertion: string): Promise<Answered> {
  const form = new URLSearchParams({
    client_id: CLIENT,
    scope: `https://${COSMOS}/.default`,
    grant_type: 'client_credentials',
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  })
  const { port } = served.services
  return ask(port, `https://${ENTRA}:${port}/${TENANT}/oauth2/v2.0/token`, {
    ca,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })
}

function write(token: string, container: string): Promise<Answered> {
  const id = randomUUID()
  const { port } = served.services
  return ask(port, `https://${COSMOS}:${port}/dbs/rbacsample/colls/${container}/docs`, {
    ca,
    method: 'POST',
    headers: {
      authorization: encodeURIComponent(`type=aad&ver=1.0&sig=${token}`),
      'content-type': 'application/json',
      'x-ms-version': '2020-07-15',
      'x-ms-date': new Date().toUTCString(),
      'x-ms-documentdb-partitionkey': JSON.stringify([id]),
    },
    body: JSON.stringify({ id, partitionKey: id }),
  })
}

async function caBundle(): Promise<string | undefined> {
  const configuration = await cluster.client.get(WEBHOOK_PATH)
  return textAt(configuration, 'webhooks', 0, 'clientConfig', 'caBundle')
}

async function probe({ healthPort }: ClusterPlatform, path: string): Promise<Answered> {
  const response = await fetch(`http://127.0.0.1:${healthPort}/${path}`)
  return { status: response.status, text: await response.text() }
}

async function until(isSo: () => Promise<boolean>, patienceMs = 6_000): Promise<void> {
  const end = Date.now() + patienceMs
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not so after ${patienceMs / 1000} s`)
    await sleep(100)
  }
}
