import type { Container } from './pod.ts'

/** Image reference → command, as the node was given it. Both "registry" and "machine" of this node. */
export type ImageTable = Readonly<Record<string, readonly string[]>>

/** An image this node has; `name` is fully qualified, as a container runtime reports it. */
export interface Image {
  readonly name: string
  readonly command: readonly string[]
}

/** What became of the wish to have an image; texts are the kubelet's and containerd's. */
export type ImageVerdict =
  | { readonly kind: 'present'; readonly image: Image; readonly event: string }
  | { readonly kind: 'pulled'; readonly image: Image; readonly requested: string }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'never'; readonly message: string }
  | { readonly kind: 'absent'; readonly requested: string; readonly error: string }

/** The kubelet's second name for an image that is there already (since 1.35). */
const PRESENT = 'already present on machine and can be accessed by the pod'

/**
 * Decides about one container's image by its reference and pull policy.
 *
 * An image that is not in the table cannot be pulled: the text is containerd's for a tag the registry does not have.
 * Simpler than a real node: nothing is ever fetched, so `Always` succeeds for whatever the table holds.
 *
 * @see https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy
 */
export function imageVerdict(
  { image: reference, imagePullPolicy: policy }: Pick<Container, 'image' | 'imagePullPolicy'>,
  images: ImageTable,
): ImageVerdict {
  const parsed = parseImage(reference)
  if ('error' in parsed) {
    const message = `Failed to apply default image tag ${quote(reference)}: couldn't parse image name ${quote(reference)}: ${parsed.error}`
    return { kind: 'invalid', message }
  }
  const { name, requested } = parsed
  const command = findCommand(name, images)
  if (command !== undefined) {
    if (policy === 'Always') return { kind: 'pulled', image: { name, command }, requested }
    const event = `Container image ${quote(reference)} ${PRESENT}`
    return { kind: 'present', image: { name, command }, event }
  }
  if (policy === 'Never') {
    const message = `Container image ${quote(reference)} is not present with pull policy of Never`
    return { kind: 'never', message }
  }
  const error = `rpc error: code = NotFound desc = failed to pull and unpack image ${quote(name)}: failed to resolve image: ${name}: not found`
  return { kind: 'absent', requested, error }
}

function findCommand(name: string, images: ImageTable): readonly string[] | undefined {
  const found = Object.entries(images).find(([reference]) => {
    const parsed = parseImage(reference)
    return 'name' in parsed && parsed.name === name
  })
  return found?.[1]
}

const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const DOMAIN = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const TAG = '\\w[\\w.-]{0,127}'
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const REFERENCE = new RegExp(
  `^(?<repository>${DOMAIN}/${PATH_PART}(?:/${PATH_PART})*)(?::(?<tag>${TAG}))?(?:@(?<digest>${DIGEST}))?$`,
)
const LONGEST_REPOSITORY = 255

/**
 * Reads an image reference.
 *
 * @returns `name` fully qualified (`docker.io/library/node:latest`; a digest wins over a tag), and `requested`, the
 *   text as written with the default tag added; or the error text of the reference grammar.
 * @see https://github.com/distribution/reference/blob/main/normalize.go
 */
export function parseImage(
  reference: string,
): { readonly name: string; readonly requested: string } | { readonly error: string } {
  if (/^[a-f0-9]{64}$/.test(reference)) {
    const error = `invalid repository name (${reference}), cannot specify 64-byte hexadecimal strings`
    return { error }
  }
  const { domain, rest } = splitDomain(reference)
  const path = rest.split(':')[0] ?? ''
  if (path.toLowerCase() !== path) {
    return { error: `invalid reference format: repository name (${path}) must be lowercase` }
  }
  const groups = REFERENCE.exec(`${domain}/${rest}`)?.groups
  const repository = groups?.['repository']
  if (repository === undefined) return { error: 'invalid reference format' }
  if (repository.length - domain.length - 1 > LONGEST_REPOSITORY) {
    return { error: `repository name must not be more than ${LONGEST_REPOSITORY} characters` }
  }
  return qualified(reference, repository, groups?.['tag'], groups?.['digest'])
}

function qualified(
  reference: string,
  repository: string,
  tag: string | undefined,
  digest: string | undefined,
): { readonly name: string; readonly requested: string } {
  if (digest !== undefined) return { name: `${repository}@${digest}`, requested: reference }
  if (tag !== undefined) return { name: `${repository}:${tag}`, requested: reference }
  return { name: `${repository}:latest`, requested: `${reference}:latest` }
}

/** The first path part is a registry only if it looks like one; anything else lives on Docker Hub. */
function splitDomain(reference: string): { readonly domain: string; readonly rest: string } {
  const slash = reference.indexOf('/')
  const first = slash < 0 ? '' : reference.slice(0, slash)
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first
  const domain = first !== '' && isRegistry ? first : 'docker.io'
  const rest = first !== '' && isRegistry ? reference.slice(slash + 1) : reference
  if (domain === 'index.docker.io') return { domain: 'docker.io', rest: withLibrary(rest) }
  return { domain, rest: domain === 'docker.io' ? withLibrary(rest) : rest }
}

function withLibrary(rest: string): string {
  return rest.includes('/') ? rest : `library/${rest}`
}

/** Go's `%q`, near enough for what an image reference can hold. */
function quote(text: string): string {
  return JSON.stringify(text)
}
