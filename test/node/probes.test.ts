import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { containerOf, shell, startNodeCluster } from './cluster.ts'
import type { NodeCluster } from './cluster.ts'

let cluster: NodeCluster
beforeAll(async () => {
  cluster = await startNodeCluster()
}, 90_000)
afterAll(() => cluster.close())

/** An HTTP server whose `/healthz` answers 200 while the file is there, else 503; a new start cures what was dead. */
const SERVER = `
  const { existsSync, rmSync } = require('node:fs')
  rmSync(process.env.DEAD, { force: true })
  require('node:http')
    .createServer((request, response) => {
      response.statusCode = existsSync(process.env.HEALTHY) ? 200 : 503
      response.end()
    })
    .listen(Number(process.env.PORT), process.env.POD_IP)
`

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

test('readiness follows the probe, and liveness by a command restarts', async () => {
  const port = await freePort()
  await cluster.createPod('probed', {
    containers: [
      {
        name: 'c',
        image: 'test/node:1',
        args: ['--eval', SERVER],
        env: [
          { name: 'PORT', value: String(port) },
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'HEALTHY', value: '/data/healthy' },
          { name: 'DEAD', value: '/data/dead' },
        ],
        ports: [{ name: 'health', containerPort: port }],
        readinessProbe: {
          httpGet: { path: '/healthz', port: 'health' },
          periodSeconds: 1,
          failureThreshold: 1,
        },
        livenessProbe: {
          exec: { command: ['sh', '-c', 'if [ -e /data/dead ]; then echo gone; exit 1; fi'] },
          periodSeconds: 1,
          failureThreshold: 2,
        },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
      {
        ...shell('sleep 2; touch /data/healthy; sleep 2; touch /data/dead; sleep 60', {
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
        name: 'driver',
      },
    ],
    volumes: [{ name: 'data', emptyDir: {} }],
  })
  const unready = await cluster.until(
    'probed',
    'running, not ready',
    (pod) => containerOf(pod)?.started === true,
  )
  expect(containerOf(unready)?.ready).toBe(false)
  await cluster.untilEvent(
    'probed',
    'Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 503',
  )
  const ready = await cluster.until('probed', 'ready', (pod) => containerOf(pod)?.ready === true)
  expect(ready.status.conditions).toContainEqual(
    expect.objectContaining({ type: 'Ready', status: 'True' }),
  )
  const restarted = await cluster.until(
    'probed',
    'restarted',
    (pod) => (containerOf(pod)?.restartCount ?? 0) > 0,
  )
  expect(containerOf(restarted)?.lastState.terminated).toMatchObject({
    exitCode: 143,
    reason: 'Error',
  })
  const events = await cluster.events('probed')
  expect(events).toContain('Normal Killing Container c failed liveness probe, will be restarted')
  expect(
    events.some((event) => event.startsWith('Warning Unhealthy Liveness probe failed: gone')),
  ).toBe(true)
})

test('a startup probe that never succeeds ends the container', async () => {
  const port = await freePort()
  await cluster.createPod('never-up', {
    restartPolicy: 'Never',
    containers: [
      shell('exec sleep 60', {
        startupProbe: { tcpSocket: { port }, periodSeconds: 1, failureThreshold: 2 },
        livenessProbe: { exec: { command: ['false'] }, periodSeconds: 1 },
      }),
    ],
  })
  const running = await cluster.until(
    'never-up',
    'running',
    (pod) => containerOf(pod)?.state.running !== undefined,
  )
  expect(containerOf(running)).toMatchObject({ started: false, ready: false })
  await cluster.until('never-up', 'Failed', ({ status }) => status.phase === 'Failed')
  const events = await cluster.untilEvent(
    'never-up',
    'Normal Killing Container c failed startup probe',
  )
  expect(events).toContain(
    `Warning Unhealthy Startup probe failed: dial tcp ${running.status.podIP}:${port}: connect: connection refused ×2`,
  )
  expect(events.some((event) => event.includes('Liveness'))).toBe(false)
})

test('an HTTP probe nobody answers says what a kubelet says', async () => {
  const port = await freePort()
  await cluster.createPod('nobody', {
    containers: [
      shell('exec sleep 60', { readinessProbe: { httpGet: { port }, periodSeconds: 1 } }),
    ],
  })
  const running = await cluster.until('nobody', 'running', (pod) => pod.status.podIP !== undefined)
  const address = `${running.status.podIP}:${port}`
  await cluster.untilEvent(
    'nobody',
    `Warning Unhealthy Readiness probe failed: Get "http://${address}/": dial tcp ${address}: connect: connection refused`,
  )
})
