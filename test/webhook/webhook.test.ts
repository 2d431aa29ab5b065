// The webhook as the API server calls it: an AdmissionReview in, its answer with the exact patch out.
import { expect, test } from 'vitest'
import { volumeNameOf } from '../../local/webhook/mutation.ts'
import { createWebhook } from '../../local/webhook/server.ts'
import type { AdmissionEvent } from '../../local/webhook/server.ts'
import { accountOf, podOf, reviewOf, VOLUME } from './pods.ts'
import type { Pod, Row } from './pods.ts'

const ADDRESS = 'https://webhook.keyless-platform.svc/mutate-v1-pod?timeout=10s'
const UID = '705ab4f5-6393-11e8-b7cc-42010a800002'
const ENV = [
  { name: 'AZURE_CLIENT_ID', value: 'client-1' },
  { name: 'AZURE_TENANT_ID', value: 'tenant-1' },
  {
    name: 'AZURE_FEDERATED_TOKEN_FILE',
    value: '/var/run/secrets/azure/wi/token/azure-identity-token',
  },
  { name: 'AZURE_AUTHORITY_HOST', value: 'https://entra.example/' },
]
const MOUNT = { name: VOLUME, readOnly: true, mountPath: '/var/run/secrets/azure/wi' }

const events: AdmissionEvent[] = []
const webhook = createWebhook({
  settings: { tenantId: 'tenant-1', authorityHost: 'https://entra.example/' },
  findAccount: async (_namespace, name) => {
    const account = accountOf(name)
    if (!account) throw new Error(`serviceaccounts "${name}" not found`)
    return account
  },
  now: () => 0,
  onAdmission: (event) => events.push(event),
})

function post(body: string, { type = 'application/json', method = 'POST', url = ADDRESS } = {}) {
  const content = method === 'GET' ? {} : { body }
  return webhook(new Request(url, { method, headers: { 'content-type': type }, ...content }))
}

interface AnswerBody {
  readonly response: {
    readonly uid: string
    readonly allowed: boolean
    readonly patchType?: string
    readonly patch?: string
    readonly status: { readonly code: number; readonly message?: string }
  }
}

async function answerTo(pod: Pod, request: object = {}): Promise<AnswerBody['response']> {
  const response = await post(reviewOf(podOf(pod), request))
  expect(response.status).toBe(200)
  const answer: unknown = await response.json()
  expect(answer).toMatchObject({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' })
  return (answer as AnswerBody).response
}

async function patchOf(pod: Pod, request: object = {}): Promise<unknown> {
  const { patch = '', ...rest } = await answerTo(pod, request)
  expect(rest).toEqual({ uid: UID, allowed: true, patchType: 'JSONPatch', status: { code: 200 } })
  return JSON.parse(Buffer.from(patch, 'base64').toString('utf8'))
}

/** The order of steps at different places does not matter. */
function byPath(steps: unknown): readonly object[] {
  return (steps as { readonly path: string }[]).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function add(path: string, value: unknown) {
  return { op: 'add', path, value }
}

function replace(path: string, value: unknown) {
  return { op: 'replace', path, value }
}

function volume(name = VOLUME, expirationSeconds = 3600) {
  const audience = 'api://AzureADTokenExchange'
  const path = 'token/azure-identity-token'
  const serviceAccountToken = { audience, expirationSeconds, path }
  return { name, projected: { sources: [{ serviceAccountToken }] } }
}

const CONTAINER = [
  add('/spec/containers/0/env', ENV),
  add('/spec/containers/0/volumeMounts', [MOUNT]),
]
const VOLUMES = add('/spec/volumes', [volume()])

test.for<Row & { readonly patch: readonly object[] }>([
  { when: 'nothing is there yet', patch: [...CONTAINER, VOLUMES] },
  { when: 'it is a dry run', request: { dryRun: true }, patch: [...CONTAINER, VOLUMES] },
  {
    when: 'the pod has variables, mounts and volumes of its own',
    pod: {
      spec: {
        containers: [
          { name: 'c', env: [{ name: 'A' }], volumeMounts: [{ name: 'v', mountPath: '/v' }] },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
    patch: [
      ...ENV.map((variable, index) => add(`/spec/containers/0/env/${index + 1}`, variable)),
      add('/spec/containers/0/volumeMounts/1', MOUNT),
      add('/spec/volumes/1', volume()),
    ],
  },
  {
    when: 'a variable is there already, its value empty',
    pod: { spec: { containers: [{ name: 'c', env: [{ name: 'AZURE_AUTHORITY_HOST' }] }] } },
    patch: [
      ...ENV.slice(0, 3).map((it, index) => add(`/spec/containers/0/env/${index + 1}`, it)),
      add('/spec/containers/0/volumeMounts', [MOUNT]),
      VOLUMES,
    ],
  },
  {
    when: 'volume and mount of that name are there already',
    pod: {
      spec: {
        containers: [{ name: 'c', volumeMounts: [{ name: VOLUME, mountPath: '/elsewhere' }] }],
        volumes: [{ name: VOLUME, projected: { sources: [] } }],
      },
    },
    patch: [
      replace('/spec/containers/0/volumeMounts/0/mountPath', MOUNT.mountPath),
      add('/spec/containers/0/volumeMounts/0/readOnly', true),
      add('/spec/containers/0/env', ENV),
      add('/spec/volumes/0/projected/sources/0', volume().projected.sources[0]),
    ],
  },
  {
    when: 'there are init containers, and one container is to be skipped',
    pod: {
      annotations: { 'skip-containers': 'c; other ' },
      spec: { initContainers: [{ name: 'i' }] },
    },
    patch: [
      add('/spec/initContainers/0/env', ENV),
      add('/spec/initContainers/0/volumeMounts', [MOUNT]),
      VOLUMES,
    ],
  },
  {
    when: 'its name is still to be generated',
    pod: { metadata: { generateName: 'demo-' } },
    patch: [
      add('/spec/containers/0/env', ENV),
      add('/spec/containers/0/volumeMounts', [{ ...MOUNT, name: volumeNameOf('demo- (prefix)') }]),
      add('/spec/volumes', [volume(volumeNameOf('demo- (prefix)'))]),
    ],
  },
  {
    when: 'it names no service account',
    pod: { spec: { serviceAccountName: '' } },
    patch: [add('/spec/containers/0/env', ENV.slice(1)), CONTAINER[1] ?? {}, VOLUMES],
  },
  {
    when: 'the account names another tenant',
    pod: { spec: { serviceAccountName: 'elsewhere' } },
    patch: [
      add(
        '/spec/containers/0/env',
        ENV.map((it) => (it.value === 'tenant-1' ? { ...it, value: 'tenant-2' } : it)),
      ),
      CONTAINER[1] ?? {},
      VOLUMES,
    ],
  },
  {
    when: 'the account names nothing, in so many words',
    pod: { spec: { serviceAccountName: 'nowhere' } },
    patch: [add('/spec/containers/0/env', ENV.slice(2)), CONTAINER[1] ?? {}, VOLUMES],
  },
  {
    when: 'the account wants a longer token',
    pod: { spec: { serviceAccountName: 'patient' } },
    patch: [
      add('/spec/containers/0/env', ENV.slice(1)),
      CONTAINER[1] ?? {},
      add('/spec/volumes', [volume(VOLUME, 7200)]),
    ],
  },
  {
    when: 'the pod wants the longest token',
    pod: { annotations: { 'service-account-token-expiration': '86400' } },
    patch: [...CONTAINER, add('/spec/volumes', [volume(VOLUME, 86_400)])],
  },
])('the patch when $when', async ({ pod = {}, request, patch }) => {
  expect(byPath(await patchOf(pod, request))).toEqual(byPath(patch))
})

test.for<{ when: string; pod: Pod; says: string }>([
  {
    when: 'its service account is not there',
    pod: { spec: { serviceAccountName: 'ghost' } },
    says: 'serviceaccounts "ghost" not found',
  },
  {
    when: 'its service account is a way to somewhere else',
    pod: { spec: { serviceAccountName: '..' } },
    says: `invalid resource name "..": [may not be '..']`,
  },
  {
    when: 'its token would live too short',
    pod: { annotations: { 'service-account-token-expiration': '3599' } },
    says: 'token expiration 3599 not valid. Expected value to be between 3600 and 86400',
  },
  {
    when: 'its expiration is no number',
    pod: { annotations: { 'service-account-token-expiration': '1h' } },
    says: 'strconv.ParseInt: parsing "1h": invalid syntax',
  },
  {
    when: 'it wants the proxy sidecar on the host network',
    pod: { annotations: { 'inject-proxy-sidecar': 'true' }, spec: { hostNetwork: true } },
    says: 'hostNetwork is set to true, cannot inject proxy sidecar',
  },
  {
    when: 'it wants the proxy sidecar, even if it says false',
    pod: { annotations: { 'inject-proxy-sidecar': 'false' } },
    says: 'annotation azure.workload.identity/inject-proxy-sidecar asks for the proxy sidecar, which this local platform does not have (its presence counts, whatever its value): remove it and use an SDK with workload identity',
  },
])('a pod is denied when $when', async ({ pod, says }) => {
  expect(await answerTo(pod)).toEqual({
    uid: UID,
    allowed: false,
    status: { code: 400, message: says },
  })
  expect(events.at(-1)).toEqual({ time: 0, namespace: 'app', pod: 'demo', denial: says })
})

test('a namespace that is a way to somewhere else is refused before anybody is asked', async () => {
  const { status } = await answerTo({}, { namespace: '..' })
  expect(status).toEqual({ code: 400, message: `invalid namespace "..": [may not be '..']` })
})

test('numbers that a double cannot hold are not touched', async () => {
  const text = reviewOf(podOf({})).replace('"image":"i"', '"big":9223372036854775807')
  const response = await post(text)
  const { response: answer } = (await response.json()) as AnswerBody
  expect(Buffer.from(answer.patch ?? '', 'base64').toString('utf8')).not.toContain('92233720')
})

test.for([
  { when: 'the path is another', with: { url: 'https://webhook/other' }, status: 404 },
  { when: 'it is no POST', with: { method: 'GET' }, status: 405 },
  { when: 'it is no JSON by its type', with: { type: 'text/plain' }, status: 415 },
  { when: 'it is no JSON', body: '{', status: 400, says: 'expected a JSON object' },
  {
    when: 'it is of another version',
    body: JSON.stringify({ apiVersion: 'admission.k8s.io/v1beta1', kind: 'AdmissionReview' }),
    status: 400,
    says: 'expected admission.k8s.io/v1 AdmissionReview, got admission.k8s.io/v1beta1 AdmissionReview',
  },
  { when: 'it has no uid', body: reviewOf({}, { uid: '' }), status: 400, says: 'request.uid' },
  { when: 'it is about no pod', body: reviewOf({ kind: 'Job' }), status: 400, says: 'a v1 Pod' },
  {
    when: 'the pod has no containers',
    body: reviewOf({ ...podOf({}), spec: {} }),
    status: 400,
    says: 'with containers',
  },
  { when: 'it is too large', body: 'x'.repeat(7 * 1024 * 1024 + 1), status: 413, says: '7340032' },
])('a request is refused with $status when $when', async ({ body = '', status, says, ...rest }) => {
  const response = await post(body, rest.with)
  expect(response.status).toBe(status)
  expect(await response.text()).toContain(says ?? 'expected')
})
