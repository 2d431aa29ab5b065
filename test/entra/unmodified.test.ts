import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../support/run.ts'
import { CLIENT, TENANT, podClaims, startWorld } from './world.ts'
import type { World } from './world.ts'

/** What a pod's own code does, with nothing said about where Entra is or whom to trust. */
const PROGRAM = `
  import { DefaultAzureCredential } from '@azure/identity'
  const { token } = await new DefaultAzureCredential().getToken('https://cosmos.azure.com/.default')
  console.log(JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).appid)
`

let world: World
let proxy: Server
const tunnelled: string[] = []
beforeAll(async () => {
  world = await startWorld()
  proxy = await startProxy(world.entra.port)
  await writeFile(join(world.folder, 'ca.crt'), world.certificateAuthority)
  await writeFile(join(world.folder, 'token'), await world.issuer.sign(podClaims()))
})
afterAll(async () => {
  proxy.close()
  proxy.closeAllConnections()
  await world.close()
})

test('unmodified code gets its token from login.microsoftonline.com, which leads here', async () => {
  const { code, stdout, stderr } = await runPod('https://login.microsoftonline.com/')
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${CLIENT}\n`, stderr: '' })
  expect([...new Set(tunnelled)]).toEqual(['login.microsoftonline.com:443'])
})

test('an authority that MSAL does not know passes its instance discovery', async () => {
  tunnelled.length = 0
  const { code, stdout } = await runPod('https://login.microsoftonline.com:443/')
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${CLIENT}\n` })
  expect(world.events.at(-1)?.outcome).toBe('issued')
})

/** Only environment variables differ from a real pod: the names a proxy and a trust root go by. */
function runPod(authorityHost: string) {
  return run([process.execPath, '--input-type=module', '--eval', PROGRAM], {
    env: {
      PATH: process.env['PATH'],
      AZURE_CLIENT_ID: CLIENT,
      AZURE_TENANT_ID: TENANT,
      AZURE_FEDERATED_TOKEN_FILE: join(world.folder, 'token'),
      AZURE_AUTHORITY_HOST: authorityHost,
      AZURE_TOKEN_CREDENTIALS: 'WorkloadIdentityCredential',
      NODE_EXTRA_CA_CERTS: join(world.folder, 'ca.crt'),
      HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    },
  })
}

/** Leads every tunnel to one port of this machine, so that a public name can be used without touching its name service. */
function startProxy(port: number): Promise<Server> {
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connect', (request, socket) => {
    tunnelled.push(request.url ?? '')
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
