import { startAccount } from './account.ts'
import type { TestAccount } from './account.ts'
import { startUpstreamAccount } from './upstream/account.ts'

/** What may hold an account's data; whoever asks the account must not be able to tell which it is. */
export const STORES: readonly {
  readonly store: string
  readonly start: () => Promise<TestAccount>
}[] = [
  { store: 'the embedded store', start: startAccount },
  { store: 'an emulator over http', start: () => startChecked({ isTls: false }) },
  { store: 'an emulator over TLS', start: () => startChecked({ isTls: true }) },
]

/** Closing it fails if the upstream found anything wrong with any request it got. */
async function startChecked(options: { readonly isTls: boolean }): Promise<TestAccount> {
  const account = await startUpstreamAccount(options)
  return {
    ...account,
    close: async () => {
      await account.close()
      const { problems } = account.upstream
      if (problems.length > 0) throw new Error(problems.join('\n'))
    },
  }
}
