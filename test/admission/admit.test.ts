import { expect, test } from 'vitest'
import { admit } from '../../local/kubernetes/admission/admit.ts'
import type { AdmissionContext } from '../../local/kubernetes/admission/context.ts'
import { admitNamespaceDelete } from '../../local/kubernetes/admission/namespace-lifecycle.ts'
import { ACCOUNT, NAMESPACE, creation, pod } from './cluster.ts'

function refusalOf(context: AdmissionContext): unknown {
  try {
    return admit(context)
  } catch (error) {
    return error
  }
}

test('nothing is written into a namespace that is not there', () => {
  expect(refusalOf(creation(pod(), { namespaces: [] }))).toMatchObject({
    code: 404,
    message: 'namespaces "app" not found',
  })
})

test('nothing is created in a namespace that is going away', () => {
  const terminating = { ...NAMESPACE, status: { phase: 'Terminating' } }
  const refused = refusalOf(creation(pod(), { namespaces: [terminating] }))
  expect(refused).toMatchObject({
    code: 403,
    message:
      'pods "demo" is forbidden: unable to create new content in namespace app because it is being terminated',
    details: {
      name: 'demo',
      kind: 'pods',
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: 'namespace app is being terminated',
          field: 'metadata.namespace',
        },
      ],
    },
  })
})

test('what exists in a namespace that is going away can still be changed', () => {
  const terminating = { ...NAMESPACE, status: { phase: 'Terminating' } }
  const update = { operation: 'UPDATE', old: pod() } as const
  expect(admit(creation(pod(), { namespaces: [terminating] }, update))).toBeDefined()
})

test('a priority class that is called as what every object inherits is not there', () => {
  expect(() => admit(creation(withToken({ priorityClassName: 'constructor' })))).toThrow(
    'pods "demo" is forbidden: no PriorityClass with name constructor was found',
  )
})

test.for(['default', 'kube-system', 'kube-public'])('namespace %s cannot be deleted', (name) => {
  expect(() => admitNamespaceDelete(name)).toThrow(
    `namespaces "${name}" is forbidden: this namespace may not be deleted`,
  )
})

test('a missing service account is named, with the prefix of a generated name', () => {
  const named = refusalOf(creation(pod({ serviceAccountName: 'nobody' })))
  expect(named).toMatchObject({
    code: 403,
    message:
      'pods "demo" is forbidden: error looking up service account app/nobody: serviceaccount "nobody" not found',
  })
  const object = pod({}, { generateName: 'demo-' })
  delete object.metadata.name
  expect(() => admit(creation(object))).toThrow(
    'pods "demo-" is forbidden: error looking up service account app/default: serviceaccount "default" not found',
  )
})

const withToken = (spec: object) => pod({ serviceAccountName: 'worker', ...spec })

test('a pod gets the API token volume, priority and tolerations of a real cluster', () => {
  const { spec } = admit(creation(withToken({})))
  const name = expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/) as unknown
  const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
  const toleration = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }
  expect(spec).toEqual({
    containers: [{ name: 'c', image: 'i', volumeMounts: [{ name, readOnly: true, mountPath }] }],
    serviceAccountName: 'worker',
    serviceAccount: 'worker',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', ...toleration },
      { key: 'node.kubernetes.io/unreachable', ...toleration },
    ],
    volumes: [
      {
        name,
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [
                  {
                    path: 'namespace',
                    fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
                  },
                ],
              },
            },
          ],
        },
      },
    ],
  })
})

test.for([
  { when: 'the pod says no', spec: { automountServiceAccountToken: false }, account: {} },
  { when: 'the account says no', spec: {}, account: { automountServiceAccountToken: false } },
])('no API token is mounted when $when', ({ spec, account }) => {
  const accounts = { serviceaccounts: [{ ...ACCOUNT, ...account }] }
  const admitted = admit(creation(withToken(spec), accounts))
  expect(admitted.spec).not.toHaveProperty('volumes')
})

test("the pod's word beats the account's, and pull secrets come from the account", () => {
  const imagePullSecrets = [{ name: 'registry' }]
  const account = { ...ACCOUNT, automountServiceAccountToken: false, imagePullSecrets }
  const object = withToken({ automountServiceAccountToken: true })
  const { spec } = admit(creation(object, { serviceaccounts: [account] }))
  expect(spec).toMatchObject({ volumes: [{}], imagePullSecrets })
})

test("a container's own mount at the token path stays, and no volume is added for it", () => {
  const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
  const containers = [{ name: 'c', volumeMounts: [{ name: 'mine', mountPath }] }]
  const volumes = [{ name: 'mine', emptyDir: {} }]
  const { spec } = admit(creation(withToken({ containers, volumes })))
  expect(spec).toMatchObject({ containers, volumes })
})

test.for([
  { spec: { priorityClassName: 'high' }, text: 'no PriorityClass with name high was found' },
  {
    spec: { priority: 7 },
    text: 'the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
  },
])('a pod with $spec is refused', ({ spec, text }) => {
  expect(() => admit(creation(withToken(spec)))).toThrow(`pods "demo" is forbidden: ${text}`)
})

test('the webhook runs after the service account, Pod Security after both', () => {
  const object = pod(
    { serviceAccountName: 'worker' },
    { labels: { 'azure.workload.identity/use': 'true' } },
  )
  const { spec } = admit(creation(object))
  const names = (spec as { volumes: { name: string }[] }).volumes.map(({ name }) => name)
  expect(names).toEqual([
    expect.stringContaining('kube-api-access-'),
    expect.stringContaining('azure-workload-identity-reserved-'),
  ])
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  const namespace = { ...NAMESPACE, metadata: { ...NAMESPACE.metadata, labels } }
  expect(() => admit(creation(object, { namespaces: [namespace] }))).toThrow(
    'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
  )
})

test('a subresource is admitted as it is', () => {
  const object = pod()
  const status = { operation: 'UPDATE', subresource: 'status', old: object } as const
  expect(admit(creation(object, {}, status))).toBe(object)
})
