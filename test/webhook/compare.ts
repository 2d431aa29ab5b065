/* oxlint-disable no-console -- its output is its purpose */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createClient } from '../../local/kubernetes/client.ts'
import type { KubernetesClient } from '../../local/kubernetes/client.ts'
import { at, textAt } from '../../local/kubernetes/object.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'
import { applyJsonPatch } from '../../local/kubernetes/patch/json-patch.ts'
import { createAuthority } from '../../local/tls.ts'
import { createWebhook } from '../../local/webhook/server.ts'
import { writeKubeconfig } from '../deployer/cluster.ts'
import { startRealApiServer } from '../support/real-api-server.ts'
import { ACCOUNTS, accountOf, podOf, reviewOf, VOLUME } from './pods.ts'
import type { Row } from './pods.ts'

/**
 * Sends the same pods to our webhook and to the upstream one, and compares what a real API server makes of both answers.
 *
 *   KUBEBUILDER_ASSETS=DIR UPSTREAM_WEBHOOK=PROGRAM npm run test:webhook
 *
 * UPSTREAM_WEBHOOK is the program of azure-workload-identity v1.6.0 (`cmd/webhook`); it listens on port 9443.
 * Ends with `N passed, N failed`.
 */
async function main(): Promise<number> {
  const assets = process.env['KUBEBUILDER_ASSETS']
  const program = process.env['UPSTREAM_WEBHOOK']
  if (assets === undefined || program === undefined || !existsSync(program)) {
    console.log(
      'webhook: not compared, the upstream one is not here; set UPSTREAM_WEBHOOK and KUBEBUILDER_ASSETS to compare',
    )
    return 0
  }
  const authority = await createAuthority(Date.now())
  const directory = await mkdtemp(join(tmpdir(), 'keyless-webhook-'))
  const server = await startRealApiServer(assets, { authority, issuer: 'https://issuer.example' })
  const client = createClient(server.access)
  await createAccounts(client)
  await writeKubeconfig(join(directory, 'kubeconfig'), server.access)
  const { cert, key } = await authority.issue(['127.0.0.1'])
  await writeFile(join(directory, 'tls.crt'), cert)
  await writeFile(join(directory, 'tls.key'), key, { mode: 0o600 })
  const upstream = spawn(
    program,
    [
      '--disable-cert-rotation',
      `--webhook-cert-dir=${directory}`,
      '--health-addr=127.0.0.1:0',
      '--metrics-addr=127.0.0.1:0',
    ],
    {
      env: { KUBECONFIG: join(directory, 'kubeconfig'), AZURE_TENANT_ID: SETTINGS.tenantId },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  try {
    return await compareAll(client, (review) => postUpstream(review, authority.certificate))
  } finally {
    upstream.kill()
    client.close()
    await server.close()
    await rm(directory, { recursive: true })
  }
}

const SETTINGS = { tenantId: 'tenant-1', authorityHost: 'https://login.microsoftonline.com/' }

const MOUNTED = { volumeMounts: [{ name: VOLUME, mountPath: '/elsewhere' }] }
const RESERVED = [{ name: VOLUME, emptyDir: {} }]
const EXPIRATION = 'service-account-token-expiration'

const ROWS: readonly Row[] = [
  { when: 'nothing is there yet' },
  { when: 'it is a dry run', request: { dryRun: true } },
  {
    when: 'a container has variables of its own',
    pod: {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            env: [
              { name: 'A', value: 'b' },
              { name: 'AZURE_AUTHORITY_HOST' },
              {
                name: 'AZURE_CLIENT_ID',
                valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
              },
            ],
            envFrom: [{ configMapRef: { name: 'x' } }],
          },
        ],
      },
    },
  },
  {
    when: 'volume and mount of the reserved name are there',
    pod: { spec: { containers: [{ name: 'c', image: 'i', ...MOUNTED }], volumes: RESERVED } },
  },
  {
    when: 'there are init containers, sidecars and other volumes',
    pod: {
      spec: {
        initContainers: [
          { name: 'a', image: 'i' },
          { name: 'b', image: 'i', restartPolicy: 'Always' },
        ],
        containers: [
          { name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v' }] },
          { name: 'd', image: 'i' },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
  },
  { when: 'its only container is skipped', pod: { annotations: { 'skip-containers': ' c ' } } },
  {
    when: 'one of two is skipped, and one that is not there',
    pod: {
      annotations: { 'skip-containers': 'd;x' },
      spec: {
        containers: [
          { name: 'c', image: 'i' },
          { name: 'd', image: 'i' },
        ],
      },
    },
  },
  { when: 'its name is to be generated', pod: { metadata: { generateName: 'demo-' } } },
  { when: 'it names no service account', pod: { spec: { serviceAccountName: '' } } },
  { when: 'the account names another tenant', pod: { spec: { serviceAccountName: 'elsewhere' } } },
  { when: 'the account’s values are empty', pod: { spec: { serviceAccountName: 'nowhere' } } },
  { when: 'the account wants a longer token', pod: { spec: { serviceAccountName: 'patient' } } },
  {
    when: 'the pod’s word on the token beats the account’s',
    pod: { annotations: { [EXPIRATION]: '3600' }, spec: { serviceAccountName: 'patient' } },
  },
  {
    when: 'the pod’s word on the token is empty',
    pod: { annotations: { [EXPIRATION]: '' }, spec: { serviceAccountName: 'patient' } },
  },
  { when: 'the longest token', pod: { annotations: { [EXPIRATION]: '+86400' } } },
  { when: 'a token too long', pod: { annotations: { [EXPIRATION]: '86401' } } },
  { when: 'a token too short', pod: { annotations: { [EXPIRATION]: '3599' } } },
  { when: 'a token before it began', pod: { annotations: { [EXPIRATION]: '-1' } } },
  { when: 'a token of no number', pod: { annotations: { [EXPIRATION]: '1 h' } } },
  {
    when: 'a token of too large a number',
    pod: { annotations: { [EXPIRATION]: '9223372036854775808' } },
  },
  { when: 'the account’s token is of no number', pod: { spec: { serviceAccountName: 'wrong' } } },
  { when: 'its service account is not there', pod: { spec: { serviceAccountName: 'ghost' } } },
  {
    when: 'it wants the proxy sidecar on the host network',
    pod: { annotations: { 'inject-proxy-sidecar': '' }, spec: { hostNetwork: true } },
  },
  {
    when: 'it wants a custom token endpoint that is not set up',
    pod: { annotations: { 'use-identity-binding': 'true' } },
  },
]

type Post = (review: string) => Promise<string>

async function compareAll(client: KubernetesClient, upstream: Post): Promise<number> {
  await untilAnswers(upstream)
  const webhook = createWebhook({
    settings: SETTINGS,
    findAccount: (namespace, name) =>
      client.get(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}`),
  })
  const ours: Post = async (body) => {
    const headers = { 'content-type': 'application/json' }
    const url = 'https://webhook/mutate-v1-pod'
    return (await webhook(new Request(url, { method: 'POST', headers, body }))).text()
  }
  let failed = 0
  for (const row of ROWS) {
    const pod = podOf(row.pod ?? {})
    const review = reviewOf(pod, row.request)
    const [mine, theirs] = await Promise.all(
      [ours, upstream].map(async (post) => outcome(client, pod, await post(review))),
    )
    const isSame = isDeepStrictEqual(mine, theirs)
    console.log(`${isSame ? '✓' : '✗'} ${row.when}: ${describe(theirs)}`)
    if (isSame) continue
    failed += 1
    console.log(`    ours     ${JSON.stringify(mine)}\n    upstream ${JSON.stringify(theirs)}`)
  }
  console.log(`${ROWS.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

type Outcome = { readonly denied: unknown } | { readonly spec: unknown }

/** What becomes of the pod: the API server's own reading of the patched one, defaults included, or the refusal. */
async function outcome(
  client: KubernetesClient,
  pod: KubeObject,
  answer: string,
): Promise<Outcome> {
  const response = at(JSON.parse(answer), 'response')
  if (at(response, 'allowed') !== true) {
    const { code, message } = at(response, 'status') as { code: number; message: string }
    return { denied: `${code} ${message}` }
  }
  const patch: unknown = JSON.parse(
    Buffer.from(textAt(response, 'patch') ?? '', 'base64').toString('utf8') || '[]',
  )
  const patched = applyJsonPatch(pod, patch)
  const created = await client.create('/api/v1/namespaces/app/pods', patched, { dryRun: 'All' })
  return { spec: created.spec }
}

function describe(outcome: Outcome | undefined): string {
  return outcome && 'denied' in outcome ? `denied, ${String(outcome.denied)}` : 'changed'
}

async function createAccounts(client: KubernetesClient): Promise<void> {
  await client.create('/api/v1/namespaces', { metadata: { name: 'app' } })
  for (const name of Object.keys(ACCOUNTS))
    await client.create('/api/v1/namespaces/app/serviceaccounts', {
      ...accountOf(name),
      automountServiceAccountToken: false,
    })
}

async function untilAnswers(post: Post): Promise<void> {
  for (let left = 100; ; left -= 1) {
    const answer = await post(reviewOf(podOf({}))).catch((error: unknown) => {
      if (left === 0) throw error
      return ''
    })
    if (answer.includes('"allowed":true')) return
    if (left === 0) throw new Error(`the upstream webhook does not answer: ${answer}`)
    await sleep(200)
  }
}

function postUpstream(review: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: 9443,
        path: '/mutate-v1-pod',
        method: 'POST',
        ca,
        agent: false,
        headers: { 'content-type': 'application/json' },
      },
      (response) => void text(response).then(resolve, reject),
    )
    sent.on('error', reject).end(review)
  })
}

process.exitCode = await main()
