import { request } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { containerOf, shell, startNodeCluster } from './cluster.ts'
import type { NodeCluster } from './cluster.ts'

let cluster: NodeCluster
beforeAll(async () => {
  cluster = await startNodeCluster()
}, 90_000)
afterAll(() => cluster.close())

test('a followed log comes as it is written and ends with the container', async () => {
  await cluster.createPod('talks', {
    restartPolicy: 'Never',
    containers: [shell('for i in 1 2 3 4; do echo line $i; sleep 0.2; done; printf end')],
  })
  await cluster.until('talks', 'running', (pod) => containerOf(pod)?.state.running !== undefined)
  expect(await cluster.logs('talks', 'follow=true')).toBe('line 1\nline 2\nline 3\nline 4\nend')
})

test('a log is cut, dated and limited as asked', async () => {
  await cluster.createPod('writes', {
    restartPolicy: 'Never',
    containers: [shell('echo one; echo two >&2; echo three')],
  })
  await cluster.until('writes', 'Succeeded', ({ status }) => status.phase === 'Succeeded')
  expect(await cluster.logs('writes', 'tailLines=1')).toMatch(/^(two|three)\n$/)
  expect(await cluster.logs('writes', 'tailLines=0')).toBe('')
  expect(await cluster.logs('writes', 'limitBytes=5')).toHaveLength(5)
  expect(await cluster.logs('writes', 'sinceTime=2100-01-01T00:00:00Z')).toBe('')
  expect(await cluster.logs('writes', 'sinceSeconds=600')).toContain('three\n')
  expect(await cluster.logs('writes', 'timestamps=true&tailLines=1')).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (two|three)\n$/,
  )
})

test('a run before that there was not', async () => {
  await cluster.createPod('first', { restartPolicy: 'Never', containers: [shell('true')] })
  await cluster.until('first', 'Succeeded', ({ status }) => status.phase === 'Succeeded')
  expect(await cluster.logs('first', 'previous=true')).toBe(
    'previous terminated container "c" in pod "first" not found',
  )
})

interface Answer {
  readonly status: number
  readonly text: string
}

function askNode(path: string, method = 'GET', token?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      cluster.node.url + path,
      {
        method,
        ca: cluster.access.certificateAuthority,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      },
      (response) => {
        const answer = async () => ({
          status: response.statusCode ?? 0,
          text: (await response.toArray()).join(''),
        })
        resolve(answer())
      },
    )
    outgoing.once('error', reject)
    outgoing.end()
  })
}

test.for([
  { path: '/healthz', status: 200, text: 'ok' },
  { path: '/containerLogs/none/first/c', status: 404, text: 'pod "first" does not exist' },
  {
    path: '/containerLogs/node-test/first/x',
    status: 404,
    text: 'container "x" not found in pod "first"',
  },
  {
    path: '/containerLogs/node-test/first',
    status: 400,
    text: '{"message": "Missing container name."}',
  },
  {
    path: '/containerLogs/node-test/first/c?tailLines=-1',
    status: 422,
    text: '{"message": "Invalid request."}',
  },
  {
    path: '/exec/node-test/first/c',
    status: 501,
    text: '/exec/node-test/first/c is not supported by this node',
  },
  { path: '/containerLogs/node-test/%ff/c', status: 400, text: 'the path is not valid' },
])('the endpoint answers $path with $status', async ({ path, status, text }) => {
  expect(await askNode(path)).toEqual({ status, text })
})

test('a log is only read, never written', async () => {
  expect((await askNode('/containerLogs/node-test/first/c', 'POST')).status).toBe(405)
})

test('with a token of the API server, nobody else is answered', async () => {
  await cluster.restartNode({ apiServerToken: 'only-the-server' })
  const path = '/containerLogs/node-test/none/c'
  expect(await askNode(path)).toEqual({ status: 401, text: 'Unauthorized' })
  expect((await askNode(path, 'GET', 'guess')).status).toBe(401)
  expect((await askNode(path, 'GET', 'only-the-server')).status).toBe(404)
  expect((await askNode('/healthz')).status).toBe(200)
})
