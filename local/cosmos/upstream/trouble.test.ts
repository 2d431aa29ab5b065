import { expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import { brokenConnection, troubleOf } from './trouble.ts'
import { UpstreamError } from './upstream-error.ts'

const at = { address: parseAddress('http://emulator:8081'), timeoutMs: 30_000, isLate: false }

test.for([
  { code: 'ECONNREFUSED', mayPass: true, reason: 'connection refused' },
  { code: 'EAI_AGAIN', mayPass: true, reason: 'its host name cannot be looked up at the moment' },
  { code: 'ENOTFOUND', mayPass: false, reason: 'no host has that name' },
  { code: 'EHOSTUNREACH', mayPass: true, reason: 'no way leads to that host' },
  { code: 'ECONNRESET', mayPass: true, reason: 'it closed the connection before it had answered' },
  { code: 'EPIPE', mayPass: true, reason: 'it closed the connection before it had answered' },
  {
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    mayPass: false,
    reason: 'its certificate is signed by nobody who is trusted here',
  },
  { code: 'CERT_HAS_EXPIRED', mayPass: false, reason: 'its certificate has expired' },
  { code: 'ERR_SSL_WRONG_VERSION_NUMBER', mayPass: false, reason: 'it does not speak TLS' },
  { code: 'HPE_INVALID_CONSTANT', mayPass: false, reason: 'it does not speak HTTP' },
  { code: 'EMFILE', mayPass: true, reason: 'it cannot be reached (EMFILE)' },
])('$code is: $reason', ({ code, mayPass, reason }) => {
  const cause = Object.assign(new Error('as Node says it'), { code })
  const trouble = troubleOf(cause, at)
  expect(trouble).toMatchObject({ mayPass, reason, cause })
  expect(trouble.next).not.toBe('')
})

test('an answer that comes too late is called that, whatever Node calls the abort', () => {
  const trouble = troubleOf(new Error('aborted'), { ...at, isLate: true })
  expect(trouble).toMatchObject({ mayPass: true, reason: 'no answer within 30 s' })
})

test('only a connection that broke lets a request be sent again', () => {
  expect(['ECONNRESET', 'EPIPE'].map((code) => brokenConnection(after(code)))).toEqual([true, true])
  expect(brokenConnection(after('ECONNREFUSED'))).toBe(false)
  expect(brokenConnection(new Error('another'))).toBe(false)
})

function after(code: string): UpstreamError {
  return new UpstreamError('emulator', troubleOf(Object.assign(new Error(), { code }), at))
}
