import { expect, test } from 'vitest'
import { admitWorkloadIdentity } from '../../local/kubernetes/admission/workload-identity.ts'
import { volumeNameOf } from '../../local/webhook/mutation.ts'
import { ACCOUNT, creation, pod } from './cluster.ts'

const USE = { 'azure.workload.identity/use': 'true' }
const VOLUME = volumeNameOf('demo')
const MOUNT = { name: VOLUME, readOnly: true, mountPath: '/var/run/secrets/azure/wi' }
const INJECTED = [
  { name: 'AZURE_CLIENT_ID', value: 'client-1' },
  { name: 'AZURE_TENANT_ID', value: 'tenant-1' },
  {
    name: 'AZURE_FEDERATED_TOKEN_FILE',
    value: '/var/run/secrets/azure/wi/token/azure-identity-token',
  },
  { name: 'AZURE_AUTHORITY_HOST', value: 'https://login.microsoftonline.com/' },
]

function labelled(
  spec: object = {},
  annotations: Record<string, string> = {},
  labels: object = USE,
) {
  const prefixed = Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [`azure.workload.identity/${key}`, value]),
  )
  return pod({ serviceAccountName: 'worker', ...spec }, { labels, annotations: prefixed })
}

test('the volume name is the published test vector', () => {
  expect(volumeNameOf('quick-start')).toBe(
    'azure-workload-identity-reserved-a94beddb35177ade9c5d04f292b481',
  )
})

test('every container gets four variables and the mount, the pod one token volume', () => {
  const spec = { initContainers: [{ name: 'i', image: 'i' }] }
  const object = labelled(spec)
  const before = structuredClone(object)
  expect(admitWorkloadIdentity(creation(object)).spec).toEqual({
    serviceAccountName: 'worker',
    initContainers: [{ name: 'i', image: 'i', env: INJECTED, volumeMounts: [MOUNT] }],
    containers: [{ name: 'c', image: 'i', env: INJECTED, volumeMounts: [MOUNT] }],
    volumes: [
      {
        name: VOLUME,
        projected: {
          defaultMode: 420,
          sources: [
            {
              serviceAccountToken: {
                audience: 'api://AzureADTokenExchange',
                expirationSeconds: 3600,
                path: 'token/azure-identity-token',
              },
            },
          ],
        },
      },
    ],
  })
  expect(object).toEqual(before)
})

test.for([
  { when: 'the label is missing', object: labelled({}, {}, {}) },
  {
    when: 'the label is not exactly "true"',
    object: labelled({}, {}, { 'azure.workload.identity/use': 'True' }),
  },
  { when: 'only the annotation is there', object: labelled({}, { use: 'true' }, {}) },
])('a pod passes untouched when $when', ({ object }) => {
  expect(admitWorkloadIdentity(creation(object))).toBe(object)
})

test('an update passes untouched', () => {
  const object = labelled()
  expect(admitWorkloadIdentity(creation(object, {}, { operation: 'UPDATE' }))).toBe(object)
})

test.for([
  {
    when: "a container's own env entry stays, its empty value too",
    env: [{ name: 'AZURE_AUTHORITY_HOST', value: '' }],
    injected: INJECTED.slice(0, 3),
  },
  {
    when: 'a valueFrom entry counts as present',
    env: [{ name: 'AZURE_CLIENT_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    injected: INJECTED.slice(1),
  },
])('$when', ({ env, injected }) => {
  const object = labelled({ containers: [{ name: 'c', env }] })
  expect(admitWorkloadIdentity(creation(object)).spec).toMatchObject({
    containers: [{ env: [...env, ...injected] }],
  })
})

test('envFrom does not protect: the entry is appended beside it', () => {
  const envFrom = [{ configMapRef: { name: 'has-authority-host' } }]
  const object = labelled({ containers: [{ name: 'c', envFrom }] })
  expect(admitWorkloadIdentity(creation(object)).spec).toMatchObject({
    containers: [{ envFrom, env: INJECTED }],
  })
})

test.for([
  { when: 'there is no client-id annotation', annotations: {}, names: INJECTED.slice(1) },
  {
    when: 'the tenant-id annotation is present but empty',
    annotations: { 'client-id': 'client-1', 'tenant-id': '' },
    names: INJECTED.filter(({ name }) => name !== 'AZURE_TENANT_ID'),
  },
  {
    when: 'the tenant-id annotation names another tenant',
    annotations: { 'client-id': 'client-1', 'tenant-id': 'tenant-2' },
    names: INJECTED.map((env) => (env.value === 'tenant-1' ? { ...env, value: 'tenant-2' } : env)),
  },
])('what is injected when $when', ({ annotations, names }) => {
  const prefixed = labelled({}, annotations).metadata.annotations ?? {}
  const account = { ...ACCOUNT, metadata: { ...ACCOUNT.metadata, annotations: prefixed } }
  const admitted = admitWorkloadIdentity(creation(labelled(), { serviceaccounts: [account] }))
  expect(admitted.spec).toMatchObject({ containers: [{ env: names }] })
})

test('skipped containers get neither variables nor mount, the pod still the volume', () => {
  const containers = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]
  const object = labelled({ containers }, { 'skip-containers': 'a; b ' })
  expect(admitWorkloadIdentity(creation(object)).spec).toMatchObject({
    containers: [{ name: 'a' }, { name: 'b' }, { name: 'c', env: INJECTED }],
    volumes: [{ name: VOLUME }],
  })
  expect(admitWorkloadIdentity(creation(object)).spec).not.toHaveProperty('containers.0.env')
})

test('a volume and a mount of the reserved name are overwritten', () => {
  const object = labelled({
    containers: [{ name: 'c', volumeMounts: [{ name: VOLUME, mountPath: '/elsewhere' }] }],
    volumes: [{ name: VOLUME, emptyDir: {} }],
  })
  expect(admitWorkloadIdentity(creation(object)).spec).toMatchObject({
    containers: [{ volumeMounts: [MOUNT] }],
    volumes: [{ name: VOLUME, projected: {} }],
  })
})

test('a generated name is hashed as its prefix', () => {
  const object = labelled()
  object.metadata = { ...object.metadata, generateName: 'demo-' }
  delete object.metadata.name
  expect(admitWorkloadIdentity(creation(object)).spec).toMatchObject({
    volumes: [{ name: volumeNameOf('demo- (prefix)') }],
  })
})

function holding(expirationSeconds: number) {
  return {
    volumes: [{ projected: { sources: [{ serviceAccountToken: { expirationSeconds } }] } }],
  }
}

test('the pod annotation beats the one of the account', () => {
  const annotations = { 'azure.workload.identity/service-account-token-expiration': '7200' }
  const account = { ...ACCOUNT, metadata: { ...ACCOUNT.metadata, annotations } }
  const seconds = (object: ReturnType<typeof labelled>) =>
    admitWorkloadIdentity(creation(object, { serviceaccounts: [account] })).spec
  expect(seconds(labelled())).toMatchObject(holding(7200))
  const own = labelled({}, { 'service-account-token-expiration': '86400' })
  expect(seconds(own)).toMatchObject(holding(86_400))
})

const EXPIRATION = 'service-account-token-expiration'
test.for([
  {
    annotations: { [EXPIRATION]: '100' },
    text: 'token expiration 100 not valid. Expected value to be between 3600 and 86400',
  },
  {
    annotations: { [EXPIRATION]: '86401' },
    text: 'token expiration 86401 not valid. Expected value to be between 3600 and 86400',
  },
  {
    annotations: { [EXPIRATION]: '1h' },
    text: 'strconv.ParseInt: parsing "1h": invalid syntax',
  },
  {
    annotations: { [EXPIRATION]: '9223372036854775808' },
    text: 'strconv.ParseInt: parsing "9223372036854775808": value out of range',
  },
  {
    annotations: { 'inject-proxy-sidecar': 'true' },
    spec: { hostNetwork: true },
    text: 'hostNetwork is set to true, cannot inject proxy sidecar',
  },
  {
    annotations: { 'inject-proxy-sidecar': 'false' },
    text: 'annotation azure.workload.identity/inject-proxy-sidecar asks for the proxy sidecar, which this local platform does not have (its presence counts, whatever its value): remove it and use an SDK with workload identity',
  },
])('a pod with $annotations is denied', ({ annotations, spec, text }) => {
  const object = labelled(spec, annotations)
  expect(() => admitWorkloadIdentity(creation(object))).toThrow(
    expect.objectContaining({
      code: 400,
      reason: '',
      message: `admission webhook "mutation.azure-workload-identity.io" denied the request: ${text}`,
    }),
  )
})

test('while the webhook is down a labelled pod is refused, another passes', () => {
  const down = { ...creation(pod()).settings, webhookAvailable: false }
  expect(() => admitWorkloadIdentity(creation(labelled(), {}, { settings: down }))).toThrow(
    expect.objectContaining({
      code: 500,
      reason: 'InternalError',
      message:
        'Internal error occurred: failed calling webhook "mutation.azure-workload-identity.io": failed to call webhook: Post "https://azure-wi-webhook-webhook-service.azure-workload-identity-system.svc:443/mutate-v1-pod?timeout=10s": no endpoints available for service "azure-wi-webhook-webhook-service"',
    }),
  )
  const plain = pod()
  expect(admitWorkloadIdentity(creation(plain, {}, { settings: down }))).toBe(plain)
})
