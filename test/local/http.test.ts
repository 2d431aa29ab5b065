import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { listen } from '../../local/http.ts'
import { createAuthority } from '../../local/tls.ts'

test('closing a server waits for nobody who is still shaking hands', async () => {
  const authority = await createAuthority(Date.now())
  const tls = await authority.issue(['127.0.0.1'])
  const server = await listen(() => new Response('here'), { tls, name: 'test' })
  const silent = connect(server.port, '127.0.0.1')
  await once(silent, 'connect')
  const ended = once(silent, 'close')
  await server.close()
  await ended
  expect(silent.destroyed).toBe(true)
})
