// The rendered objects before the admission of an API server: a real one where KUBEBUILDER_ASSETS names it.
import { request } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectionPath, findKind, BUILT_IN_KINDS, objectPath } from '../../deployer/core/kinds.ts'
import { at, objectRef, subjectOf } from '../../deployer/core/object.ts'
import type { Fields, KubeObject } from '../../deployer/core/object.ts'
import { createAuthority } from '../../local/tls.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { everyRender, podOf } from './renders.ts'
import type { RenderedSet } from './renders.ts'

const WHO = process.env['KUBEBUILDER_ASSETS'] === undefined ? 'local/kubernetes' : 'kube-apiserver'

let server: ApiServer
let sets: readonly RenderedSet[]

beforeAll(async () => {
  if (WHO !== 'kube-apiserver') {
    process.stderr.write(
      'admission: no KUBEBUILDER_ASSETS, so local/kubernetes is asked and no real kube-apiserver\n',
    )
  }
  server = await startApiServer({ authority: await createAuthority(Date.now()) })
  sets = await everyRender()
}, 150_000)
afterAll(() => server.close())

interface Answer {
  readonly status: number
  readonly message: string
  readonly warnings: string
  readonly body: unknown
}

function send(method: string, path: string, body?: object): Promise<Answer> {
  const { url, certificateAuthority: ca, token } = server.access
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json',
  }
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { method, ca, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const parsed = JSON.parse(Buffer.concat(parts).toString()) as unknown
        const [message, warnings] = [at(parsed, 'message'), response.headers['warning']]
        resolve({
          status: response.statusCode ?? 0,
          message: typeof message === 'string' ? message : '',
          warnings: typeof warnings === 'string' ? warnings : '',
          body: parsed,
        })
      })
    })
    asked.on('error', reject)
    asked.end(body ? JSON.stringify(body) : undefined)
  })
}

function kindOf(object: KubeObject) {
  const kind = findKind(BUILT_IN_KINDS, object)
  if (!kind) throw new Error(`${object.kind} is no built-in kind`)
  return kind
}

function apply(object: KubeObject): Promise<Answer> {
  const path = objectPath(kindOf(object), objectRef(object))
  return send('PATCH', `${path}?fieldManager=test&fieldValidation=Strict&force=true`, object)
}

/** The pod as a controller would create it. */
function createPod(namespace: string, template: Fields, dryRun = true): Promise<Answer> {
  const metadata = { ...(template['metadata'] as object), name: 'probe', namespace }
  const kind = findKind(BUILT_IN_KINDS, { apiVersion: 'v1', kind: 'Pod' })
  if (!kind) throw new Error('a Pod is a built-in kind')
  const path = `${collectionPath(kind, namespace)}${dryRun ? '?dryRun=All' : ''}`
  return send('POST', path, { ...template, apiVersion: 'v1', kind: 'Pod', metadata })
}

function podsOf(objects: readonly KubeObject[]): readonly Fields[] {
  return objects.map(podOf).filter((pod) => pod !== undefined)
}

/** The same set in a namespace that no other set uses. */
function moved({ title, objects }: RenderedSet): {
  readonly namespace: string
  readonly objects: readonly KubeObject[]
} {
  const namespace = title.toLowerCase().replaceAll(' ', '-')
  const text = JSON.stringify(objects)
  const revive = (key: string, value: unknown) =>
    (key === 'namespace' || key === 'name') && value === 'keyless-cosmos' ? namespace : value
  return { namespace, objects: JSON.parse(text, revive) as readonly KubeObject[] }
}

test(`every rendered object is admitted under restricted by ${WHO}, without a warning`, async () => {
  for (const set of sets) {
    const { namespace, objects } = moved(set)
    for (const object of objects) {
      const { status, message, warnings } = await apply(object)
      const subject = `${set.title}: ${subjectOf(objectRef(object))}`
      expect({ subject, status, message, warnings }).toEqual({
        subject,
        status: 201,
        message: '',
        warnings: '',
      })
    }
    const live = await send('GET', `/api/v1/namespaces/${namespace}`)
    expect(at(live.body, 'metadata', 'labels')).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    })
  }
}, 120_000)

test(`every pod that a controller would make of them is admitted under restricted by ${WHO}`, async () => {
  let count = 0
  for (const set of sets) {
    const { namespace, objects } = moved(set)
    for (const template of podsOf(objects)) {
      const { status, message } = await createPod(namespace, template)
      expect({ set: set.title, status, message }).toEqual({
        set: set.title,
        status: 201,
        message: '',
      })
      count += 1
    }
  }
  expect(count).toBe(24)
}, 120_000)

test.for([
  { when: 'may become root', change: { runAsNonRoot: false }, says: 'runAsNonRoot != true' },
  {
    when: 'keeps its capabilities',
    change: { capabilities: {} },
    says: 'unrestricted capabilities',
  },
  {
    when: 'may gain privileges',
    change: { allowPrivilegeEscalation: true },
    says: 'allowPrivilegeEscalation != false',
  },
])('the same admission refuses the worker when it $when', async ({ change, says }) => {
  const [first] = sets
  if (!first) throw new Error('nothing was rendered')
  const { namespace, objects } = moved(first)
  const template = podsOf(objects)[0]
  if (!template) throw new Error('no pod was rendered')
  const spec = structuredClone(template['spec']) as {
    containers: { securityContext: object }[]
  }
  for (const container of spec.containers) {
    container.securityContext = { ...container.securityContext, ...change }
  }
  const { status, message } = await createPod(namespace, { ...template, spec })
  expect(status).toBe(403)
  expect(message).toContain('violates PodSecurity "restricted:latest"')
  expect(message).toContain(says)
})

test('no Secret exists in the namespaces of the worker, after everything has been applied', async () => {
  for (const set of sets) {
    const { namespace } = moved(set)
    const { status, body } = await send('GET', `/api/v1/namespaces/${namespace}/secrets`)
    expect({ status, items: at(body, 'items') }).toEqual({ status: 200, items: [] })
  }
})
