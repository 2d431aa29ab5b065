import { expect, test } from 'vitest'
import type { Api } from '../../local/kubernetes/api/api.ts'
import { handle } from '../../local/kubernetes/api/handle.ts'
import { createRegistry } from '../../local/kubernetes/resources/registry.ts'
import { createStore } from '../../local/kubernetes/store/store.ts'
import { createTokenIssuer } from '../../local/kubernetes/tokens.ts'

const TOKEN = 'administrator'

/** An API server without a socket, so that requests can arrive in one turn of the loop. */
function startApi(): (method: 'POST' | 'PUT', path: string, body: object) => Promise<Response> {
  const store = createStore()
  const api: Api = {
    store,
    registry: createRegistry(store),
    tokens: createTokenIssuer({ issuer: 'https://issuer.example', now: Date.now }),
    admission: () => ({
      workloadIdentity: { tenantId: 'tenant', authorityHost: 'https://login.example/' },
    }),
    certificateAuthority: '',
    users: [{ token: TOKEN, name: 'admin', groups: ['system:masters'] }],
    now: Date.now,
  }
  return (method: 'POST' | 'PUT', path, body) =>
    handle(
      api,
      new Request(`https://127.0.0.1${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
}

const metadata = { name: 'demo' }
const MAPS = '/api/v1/namespaces/app/configmaps'

test('of writers that saw the same version and come at once, one is accepted', async () => {
  const send = startApi()
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'app' } }
  await send('POST', '/api/v1/namespaces', namespace)
  const map = { apiVersion: 'v1', kind: 'ConfigMap' }
  const created = await send('POST', MAPS, { ...map, metadata })
  const seen = (await created.json()) as { metadata: { resourceVersion: string } }
  const { resourceVersion } = seen.metadata
  const answers = await Promise.all(
    ['one', 'two', 'three'].map((writer) =>
      send('PUT', `${MAPS}/demo`, {
        ...map,
        metadata: { ...metadata, resourceVersion },
        data: { writer },
      }),
    ),
  )
  expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409', '409'])
})

test('creations that come at once do not overdraw a quota', async () => {
  const send = startApi()
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'app' } }
  await send('POST', '/api/v1/namespaces', namespace)
  await send('POST', '/api/v1/namespaces/app/resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata,
    spec: { hard: { configmaps: '1' } },
  })
  const answers = await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      send('POST', MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }),
    ),
  )
  expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['201', '403', '403'])
})
