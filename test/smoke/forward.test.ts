// A forwarded port is spoken to as the service it leads to: name, SNI and certificate are the service's own.
import { once } from 'node:events'
import { request } from 'node:https'
import type { AgentOptions } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority } from '../../local/tls.ts'
import type { CertificateAuthority } from '../../local/tls.ts'
import { ForwardedAgent } from '../../smoke/forward.ts'

const SERVICE = 'cosmos.keyless-platform.svc.cluster.local'

let authority: CertificateAuthority
let port: number
let close: () => void
const agents: ForwardedAgent[] = []

beforeAll(async () => {
  authority = await createAuthority(Date.now())
  const server = createServer(await authority.issue([SERVICE]), (request, response) => {
    const { servername } = request.socket as { servername?: string | false }
    response.end(`${request.headers.host} ${servername}`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = (server.address() as AddressInfo).port
  close = () => server.close()
})
afterAll(() => {
  for (const agent of agents) agent.destroy()
  close()
})

test('the service sees its own name', async () => {
  const options = { ca: authority.certificate }
  expect(await get(`https://${SERVICE}/`, options)).toBe(`${SERVICE} ${SERVICE}`)
})

test('a certificate of another authority is refused', async () => {
  const stranger = await createAuthority(Date.now())
  const options = { ca: stranger.certificate }
  await expect(get(`https://${SERVICE}/`, options)).rejects.toThrow(/certificate/)
})

test('a host that is not forwarded is not connected to', async () => {
  const options = { ca: authority.certificate }
  await expect(get('https://login.microsoftonline.com/', options)).rejects.toThrow(
    'no port is forwarded to login.microsoftonline.com',
  )
})

async function get(url: string, options: AgentOptions): Promise<string> {
  const agent = new ForwardedAgent(new Map([[SERVICE, port]]), options)
  agents.push(agent)
  const sent = request(url, { agent }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return text(response)
}
