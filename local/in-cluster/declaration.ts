import { z } from 'zod'
import { parseAccount } from '../cosmos/account.ts'
import { declarationError, readDeclarationFile } from '../declaration-file.ts'
import { cloudKeys, resolveCloud } from '../declared-cloud.ts'
import type { Cloud, DeclaredCloud } from '../declared-cloud.ts'
import { checkDirectory } from '../entra/directory.ts'

/** What the platform of a cluster is declared to be: the ConfigMap `platform`, checked. */
export interface ClusterDeclaration {
  /** Where the account's data is: in this process, or behind an emulator's URL. */
  readonly store: 'embedded' | URL
  /** Only if it was declared: then the cluster must say the same. */
  readonly issuer?: string
  /** The cloud, with this issuer wherever a federated credential names none. */
  cloudFor(issuer: string): Cloud
}

/** A credential without an issuer is for tokens of the cluster itself, whatever that calls itself. */
const schema = z.strictObject({
  ...cloudKeys(z.string().default('')),
  issuer: z.string().min(1).optional(),
  store: z
    .string()
    .refine((store) => store === 'embedded' || isStoreUrl(store), {
      error: 'expected embedded, or the http or https URL of an emulator without path',
    })
    .default('embedded'),
})

/** Stands for the cluster's issuer while the declaration is checked. */
const ANY_ISSUER = 'https://issuer.invalid'

/**
 * Reads the declaration of a platform in a cluster: `tenant`, `identities` and `account` as in `local/platform.yaml`.
 *
 * @throws {DeclarationError} with every problem at once.
 */
export function readClusterDeclaration(file: string): ClusterDeclaration {
  const { issuer, store, ...declared } = readDeclarationFile(file, schema)
  const { cloud, problems } = resolveCloud(withIssuer(declared, issuer ?? ANY_ISSUER))
  const all = [
    ...problems,
    ...thrown(() => checkDirectory(cloud.directory)),
    // An account with an unresolved role has been complained about already.
    ...(problems.length === 0 ? thrown(() => parseAccount(cloud.account)) : []),
  ]
  if (all.length > 0) throw declarationError(file, all)
  return {
    store: store === 'embedded' ? store : new URL(store),
    ...(issuer !== undefined && { issuer }),
    cloudFor: (issuer) => resolveCloud(withIssuer(declared, issuer)).cloud,
  }
}

function withIssuer(declared: DeclaredCloud, issuer: string): DeclaredCloud {
  const identities = declared.identities.map((identity) => ({
    ...identity,
    federatedCredentials: identity.federatedCredentials.map((credential) => ({
      ...credential,
      issuer: credential.issuer || issuer,
    })),
  }))
  return { ...declared, identities }
}

function isStoreUrl(text: string): boolean {
  const url = URL.parse(text)
  return (
    (url?.protocol === 'https:' || url?.protocol === 'http:') &&
    `${url.pathname}${url.search}${url.hash}${url.username}${url.password}` === '/'
  )
}

function thrown(check: () => void): readonly string[] {
  try {
    check()
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}
