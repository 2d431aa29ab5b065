import { createUpstreamStore } from '../../../local/cosmos/upstream/store.ts'
import type { UpstreamOptions, UpstreamStore } from '../../../local/cosmos/upstream/store.ts'
import { ACCOUNT, startAccount } from '../account.ts'
import type { TestAccount } from '../account.ts'
import { startRecordingUpstream } from './recording-upstream.ts'
import type { RecordingUpstream } from './recording-upstream.ts'

/** An account whose data an upstream holds. */
export interface UpstreamAccount extends TestAccount {
  readonly upstream: RecordingUpstream
  readonly store: UpstreamStore
}

/** Starts an upstream and an account in front of it; closing ends all three. */
export async function startUpstreamAccount(
  options: { readonly isTls?: boolean } & Partial<UpstreamOptions> = {},
): Promise<UpstreamAccount> {
  const { isTls = false, ...storeOptions } = options
  const upstream = await startRecordingUpstream({ isTls })
  const { url, certificateAuthority } = upstream
  const store = createUpstreamStore({
    url,
    ...(certificateAuthority !== undefined && { certificateAuthority }),
    account: () => ACCOUNT,
    ...storeOptions,
  })
  const account = await startAccount({
    store,
    ...(storeOptions.account && { account: storeOptions.account }),
  })
  const close = async () => {
    await account.close()
    await store.close()
    await upstream.close()
  }
  return { ...account, upstream, store, close }
}
