import { UpstreamError } from './upstream-error.ts'

/** Where the emulator is. */
export interface Address {
  /** `http://HOST:PORT`, for messages to whoever runs the platform; clients of the account never see it. */
  readonly origin: string
  readonly isTls: boolean
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string
  readonly port: number
}

/**
 * Reads the address of an emulator.
 *
 * @throws {UpstreamError} if it is no plain http or https origin. What was given is not repeated when it holds a
 *   password.
 */
export function parseAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && (url.username !== '' || url.password !== ''))
    throw invalid('the URL holds a user or a password, which an emulator has no use for')
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw invalid(`"${text}" is no http or https URL`)
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw invalid(`"${text}" has more than a host and a port`)
  const isTls = url.protocol === 'https:'
  return {
    origin: url.origin,
    isTls,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port === '' ? (isTls ? 443 : 80) : url.port),
  }
}

function invalid(reason: string): UpstreamError {
  const next = 'expected http://HOST:PORT or https://HOST:PORT, such as http://localhost:8081'
  return new UpstreamError('store', { reason, next, mayPass: false })
}
