import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bounded } from '../../app/bounded.ts'
import { probe } from '../../app/probe.ts'
import type { Run } from '../../app/run.ts'
import { createAuthority } from '../../local/tls.ts'
import type { KeyPair } from '../../local/tls.ts'

/** Never silent for long, and never done: a header without end. */
let babbler: Server
let url: string
let certificate: KeyPair
const talks = new Set<Socket>()

beforeAll(async () => {
  const authority = await createAuthority(Date.now())
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate])
  certificate = await authority.issue(['127.0.0.1'])
  babbler = createServer(certificate, (socket) => {
    talks.add(socket)
    socket.write('HTTP/1.1 200 OK\r\nx-long: ')
    const timer = setInterval(() => socket.write('x'), 20)
    socket
      .on('error', () => {})
      .on('close', () => {
        talks.delete(socket)
        clearInterval(timer)
      })
  })
  await new Promise<void>((resolve) => babbler.listen(0, '127.0.0.1', resolve))
  url = `https://127.0.0.1:${(babbler.address() as AddressInfo).port}/`
})
afterAll(() => {
  for (const socket of talks) socket.destroy()
  babbler.close()
})

const never = new AbortController().signal

test('a host that talks without end is asked no longer than the time-out', async () => {
  expect(await probe(url, { timeoutMs: 300, signal: never })).toMatchObject({
    kind: 'silence',
  })
})

/** Nothing listens on the discard port of this machine. */
const NOBODY = 'https://127.0.0.1:9/'

function place(probeUrl: string, authorityHost: string) {
  const exchange = {
    issuer: 'https://issuer/',
    subject: 's',
    audience: 'a',
    clientId: 'c',
    tenantId: 't',
    authorityHost,
    scope: 'https://account/.default',
  }
  return { service: 'Cosmos DB', where: probeUrl, exchange, probeUrl } as const
}

function run(stop: AbortSignal): Run {
  return {
    settings: {
      endpoint: NOBODY,
      database: 'd',
      container: 'c',
      documentName: 'n',
      schedule: { mode: 'once' },
      deadlineMs: 10_000,
      pod: { uid: 'u' },
    },
    env: {},
    clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
    random: Math.random,
    signal: stop,
    log: () => {},
    deadlineAt: Date.now() + 10_000,
  }
}

/** As MSAL says it when it cannot reach the token service. */
const hidden = () =>
  Promise.reject(
    Object.assign(new Error('network_error: See https://aka.ms/msal.js.errors#network_error'), {
      name: 'AuthenticationRequiredError',
    }),
  )

test('a token that cannot be renewed during a call to Cosmos DB is a matter of the token service', async () => {
  await expect(bounded(run(never), place(url, NOBODY), hidden)).rejects.toMatchObject({
    verdict: { code: 'ECONNREFUSED', exitCode: 23 },
  })
})

test('what is over when its cause is looked for is told as that, and tried again', async () => {
  const good = createHttpsServer(certificate, (_request, response) =>
    response.end(
      JSON.stringify({ issuer: 'https://issuer/', token_endpoint: 'https://issuer/token' }),
    ),
  )
  await new Promise<void>((resolve) => good.listen(0, '127.0.0.1', resolve))
  const authorityHost = `https://127.0.0.1:${(good.address() as AddressInfo).port}/`
  try {
    await expect(
      bounded(run(never), place(authorityHost, authorityHost), hidden),
    ).rejects.toMatchObject({
      verdict: { code: 'ERR_CONNECTION', exitCode: 23, retry: 'starting' },
    })
  } finally {
    good.close()
  }
})

test('a stop does not wait until the cause of a failure is found', async () => {
  const stop = new AbortController()
  const stopped = new Error('stopped')
  setTimeout(() => stop.abort(stopped), 200)
  const found = probe(url, { timeoutMs: 3000, signal: never }) // as long as the search takes
  const asked = bounded(run(stop.signal), place(url, url), hidden)
  await expect(Promise.race([asked, found])).rejects.toBe(stopped)
  await found
})
