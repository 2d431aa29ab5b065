import { parseAccount } from '../account.ts'
import type { CosmosAccount } from '../account.ts'
import { Refusal } from '../errors.ts'
import type { Store } from '../store.ts'
import { parseAddress } from './address.ts'
import { unavailable } from './answer.ts'
import { createClient } from './client.ts'
import { createConnection } from './connection.ts'
import { forward } from './forward.ts'
import { waitUntil } from './open.ts'
import type { OpenOptions } from './open.ts'
import { createPrepared } from './prepared.ts'
import { writeOnce } from './probe.ts'
import { createSigner } from './sign.ts'
import { UpstreamError } from './upstream-error.ts'

export interface UpstreamOptions {
  /** `http://HOST:PORT` or `https://HOST:PORT`. */
  readonly url: string
  /** Base64; default: the published key, which an emulator has unless it was given another. */
  readonly key?: string
  /** PEM of the certificate, or of the root it chains to; only with https. Default: the roots Node trusts. */
  readonly certificateAuthority?: string
  /** Whose databases and containers are made in the emulator, and are all that clients see of it. */
  readonly account: () => CosmosAccount
  /** Default 30 s: after that, a request is answered with 503. */
  readonly requestTimeoutMs?: number
  /** The clock requests are signed by: the emulator's must not differ by more than 15 minutes. */
  readonly now?: () => number
}

/** Microsoft's emulator as the store behind the gateway; a process that holds it must close it. */
export interface UpstreamStore extends Store {
  /** `http://HOST:PORT`, for messages. */
  readonly origin: string
  /**
   * Waits until the emulator is up, makes what is declared, and stores one item for a test.
   *
   * @throws {UpstreamError} `ERR_STORE`: what is wrong and what to do about it.
   */
  open(options: OpenOptions): Promise<void>
  /**
   * Whether it works now: one item is created, read and deleted, where no client can see it. Makes what is declared
   * again if the emulator has lost it.
   *
   * @throws {UpstreamError}
   */
  probe(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/**
 * Puts Microsoft's vNext emulator behind the gateway. The emulator lets everyone in; so the gateway decides first,
 * and only what it allows is signed anew with the emulator's key and sent on: the operation as it was understood,
 * with the headers that belong to it, and nothing that says who asked.
 *
 * Nothing is connected before the first request. While the emulator is away, requests are answered with 503.
 *
 * @throws {UpstreamError} if URL, key or certificate cannot be used.
 * @throws {AccountError} if the declared account cannot exist; nothing of it is made then.
 * @see https://learn.microsoft.com/azure/cosmos-db/emulator-linux
 */
export function createUpstreamStore(options: UpstreamOptions): UpstreamStore {
  parseAccount(options.account())
  const address = parseAddress(options.url)
  const { key, certificateAuthority, account } = options
  if (certificateAuthority !== undefined && !address.isTls)
    throw new UpstreamError(`emulator ${address.origin}`, {
      reason: 'a certificate is given, but the URL is plain http',
      next: 'use https in the URL, or leave the certificate out',
      mayPass: false,
    })
  const closed = new AbortController()
  const connection = createConnection(address, {
    ...(certificateAuthority !== undefined && { certificateAuthority }),
    timeoutMs: options.requestTimeoutMs ?? 30_000,
    onBroken: () => prepared.forget(),
  })
  const client = createClient({
    connection,
    sign: createSigner(key),
    now: options.now ?? Date.now,
  })
  const upstream = { client, origin: address.origin }
  const prepared = createPrepared(upstream, account, closed.signal)

  const probe = async (signal: AbortSignal) => {
    await prepared.ready(signal)
    if (await writeOnce(upstream, signal)) return
    prepared.forget()
    await prepared.ready(signal)
    if (await writeOnce(upstream, signal)) return
    throw new UpstreamError(`emulator ${address.origin}`, {
      reason: 'a container that was just made is not there',
      next: 'look at the log of the emulator',
      mayPass: true,
    })
  }
  return {
    origin: address.origin,
    answer: async (request) => {
      try {
        await prepared.ready(request.signal)
        return await forward(client, request, account().databases)
      } catch (error) {
        throw asRefusal(error, request.signal)
      }
    },
    probe,
    open: (how) => waitUntil(probe, how, address.origin),
    close: async () => {
      closed.abort()
      connection.close()
    },
  }
}

/** Who runs the platform reads the whole error there; a client learns only why, not where. */
function asRefusal(error: unknown, client: AbortSignal): unknown {
  if (error instanceof UpstreamError) return unavailable(error.reason, error)
  if (!client.aborted || error instanceof Refusal) return error
  return new Refusal(408, 'RequestTimeout', 'The client has gone.', { cause: error })
}
