import { join } from 'node:path'
import { parse } from 'yaml'
import { manifestOf, readManifests } from './manifest-folder.ts'

interface Declaration {
  readonly tenant: { readonly id: string }
  readonly identities: readonly { readonly name: string; readonly clientId: string }[]
}

/** The tenant that the platform in the cluster is declared to be. */
export async function tenantId(): Promise<string> {
  return (await readDeclaration()).tenant.id
}

/** The client id of an identity that the platform in the cluster declares. */
export async function clientIdOf(name: string): Promise<string> {
  const found = (await readDeclaration()).identities.find((identity) => identity.name === name)
  if (found) return found.clientId
  throw new TypeError(`manifests/platform declares no identity "${name}"`)
}

async function readDeclaration(): Promise<Declaration> {
  const manifests = await readManifests(join('manifests', 'platform'))
  const { document } = manifestOf(manifests, 'ConfigMap', 'platform')
  return parse(String(document.getIn(['data', 'platform.yaml']))) as Declaration
}
