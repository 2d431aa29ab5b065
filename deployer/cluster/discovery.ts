import { DeployError, isFailure } from '../core/errors.ts'
import { BUILT_IN_KINDS, findKind } from '../core/kinds.ts'
import type { ResourceKind } from '../core/kinds.ts'
import { at, groupOf, listAt, textAt } from '../core/object.ts'
import { didYouMean } from '../core/suggest.ts'
import { apiError } from './api-error.ts'
import type { Transport } from './transport.ts'

/** Finds kinds: the built-in ones by heart, any other by one request per API version. */
export interface KindFinder {
  /** @throws {DeployError} `ERR_UNKNOWN_KIND` if the cluster does not serve it. */
  find(wanted: { readonly apiVersion: string; readonly kind: string }): Promise<ResourceKind>
  served(): Promise<ServedKinds>
  /** Kinds that definitions among the applied objects bring; the cluster need not serve them yet. */
  define(kinds: readonly ResourceKind[]): void
}

/** Failures of a request that the API server answered: what it would have told is there, but not to be seen. */
export const REFUSED = ['ERR_FORBIDDEN', 'ERR_API'] as const

/** What discovery of everything tells; it can tell less than there is. */
export interface ServedKinds {
  /** Every kind whose objects can be listed and deleted, each once, in the version its group prefers if that has it. */
  readonly kinds: readonly ResourceKind[]
  /** API versions that did not tell their kinds, as of an aggregated API that is away; `/apis` if the groups are unknown. */
  readonly silent: readonly string[]
}

export function kindFinder(transport: Transport): KindFinder {
  const asked = new Map<string, Promise<readonly DiscoveredKind[]>>()
  const defined: ResourceKind[] = []
  let served: Promise<ServedKinds> | undefined
  const find: KindFinder['find'] = async (wanted) => {
    const known = findKind(BUILT_IN_KINDS, wanted) ?? findKind(defined, wanted)
    if (known) return known
    const kinds = asked.get(wanted.apiVersion) ?? discover(transport, wanted.apiVersion)
    asked.set(wanted.apiVersion, kinds)
    const found = (await kinds).find(
      ({ apiVersion, kind }) => apiVersion === wanted.apiVersion && kind === wanted.kind,
    )
    if (found && isKept(found)) return found
    if (found) {
      throw new DeployError(
        'ERR_UNKNOWN_KIND',
        `the API server keeps no objects of kind ${wanted.kind} (it allows: ${found.verbs.join(', ')}), so that none can be deployed: leave it out`,
      )
    }
    // it may be served a moment later, once its definition is established
    asked.delete(wanted.apiVersion)
    throw new DeployError(
      'ERR_UNKNOWN_KIND',
      `the cluster serves no kind ${wanted.kind} in ${wanted.apiVersion}${correction(wanted, await kinds)}`,
    )
  }
  return {
    find,
    served: () => (served ??= servedKinds(transport)),
    define: (kinds) => void defined.push(...kinds),
  }
}

/** What was meant: the same kind in its own API version, or one of that version with nearly the same name. */
function correction(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  served: readonly ResourceKind[],
): string {
  const home = BUILT_IN_KINDS.find((one) => one.kind === kind && one.apiVersion !== apiVersion)
  if (home) return `, did you mean apiVersion: ${home.apiVersion}?`
  const known = [...served, ...BUILT_IN_KINDS.filter((one) => one.apiVersion === apiVersion)]
  return didYouMean(
    kind,
    known.map((one) => one.kind),
  )
}

async function servedKinds(transport: Transport): Promise<ServedKinds> {
  const { status, body } = await transport.request({ method: 'GET', path: '/apis' })
  const versions = listAt(body, 'groups').flatMap((group) =>
    [at(group, 'preferredVersion'), ...listAt(group, 'versions')].flatMap(
      (version) => textAt(version, 'groupVersion') ?? [],
    ),
  )
  const silent = status === 200 ? [] : ['/apis']
  const found = await Promise.all(
    [...new Set(['v1', ...versions])].map((one) =>
      discover(transport, one).catch((error: unknown) => {
        if (!isFailure(error, ...REFUSED)) throw error
        silent.push(one)
        return []
      }),
    ),
  )
  const lasting = found.flat().filter(isKept)
  const byKind = Map.groupBy(lasting, ({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`)
  return {
    kinds: [...byKind.values()].flatMap(([first]) => first ?? []),
    silent: silent.toSorted(),
  }
}

type DiscoveredKind = ResourceKind & { readonly verbs: readonly unknown[] }

/** Some kinds are only questions (a review), or what others report. */
function isKept({ verbs }: DiscoveredKind): boolean {
  return verbs.includes('list') && verbs.includes('delete')
}

async function discover(
  transport: Transport,
  apiVersion: string,
): Promise<readonly DiscoveredKind[]> {
  const root = groupOf(apiVersion) === '' ? '/api' : '/apis'
  const path = `${root}/${apiVersion}`
  const answer = await transport.request({ method: 'GET', path })
  if (answer.status === 404) return []
  if (answer.status !== 200)
    throw apiError(answer.status, answer.body, { subject: path, verb: 'discovery' })
  return listAt(answer.body, 'resources').flatMap((entry) => {
    const [kind, resource] = [textAt(entry, 'kind'), textAt(entry, 'name')]
    if (kind === undefined || resource === undefined || resource.includes('/')) return []
    const namespaced = (entry as { readonly namespaced?: unknown }).namespaced === true
    return [{ apiVersion, kind, resource, namespaced, verbs: listAt(entry, 'verbs') }]
  })
}
