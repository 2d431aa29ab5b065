import { DeployError } from './errors.ts'
import { identityOf, isFields, objectRef, subjectOf } from './object.ts'
import type { KubeObject } from './object.ts'
import type { SourceValue } from './read-yaml.ts'

/**
 * Checks that every document is a Kubernetes object, and each is written once.
 *
 * @param problems Those found when the files were read.
 * @throws {DeployError} `ERR_MANIFEST` with every problem of every file; or if there is nothing at all.
 */
export function checkManifests(values: readonly SourceValue[], problems: readonly string[]): void {
  const misshapen = new Set(values.filter((one) => shapeProblems(one).length > 0))
  const all = [
    ...problems,
    ...[...misshapen].flatMap(shapeProblems),
    ...duplicates(values.filter((one) => !misshapen.has(one))),
  ]
  if (all.length > 0) throw new DeployError('ERR_MANIFEST', all.join('\n'))
  if (values.length === 0) {
    throw new DeployError('ERR_MANIFEST', 'the manifests hold no Kubernetes object', {
      hint: 'name a folder with .yaml files: --manifests DIR; to remove what is deployed: destroy',
    })
  }
}

function shapeProblems({ value, place }: SourceValue): readonly string[] {
  if (!isFields(value)) return [`${place}: expected a Kubernetes object, got ${typeOf(value)}`]
  const kind = typeof value['kind'] === 'string' ? value['kind'] : ''
  if (kind === 'List') return [`${place}: items of a List must be a list`]
  // a custom resource may well be called so; what it lists stands under its spec
  if (kind.endsWith('List') && 'items' in value) {
    return [`${place}: a ${kind} is not accepted: write its items as documents, or as kind: List`]
  }
  const tool = toolOf(kind, place)
  if (tool !== undefined) return [`${place}: ${tool}`]
  const metadata = isFields(value['metadata']) ? value['metadata'] : {}
  const names = [
    ['apiVersion', value['apiVersion']],
    ['kind', value['kind']],
    ['metadata.name', metadata['name']],
  ] as const
  const namespace = ['metadata.namespace', metadata['namespace']] as const
  const unquoted = [...names, namespace].filter(([, name]) =>
    ['number', 'boolean'].includes(typeof name),
  )
  const missing = names.filter((one) => !isName(one[1]) && !unquoted.includes(one))
  const wrong = names.filter(([path, name]) => path === 'metadata.name' && !isPathSegment(name))
  const problems = [
    ...wrong.map(([path]) => `${path} must be one step of a path: without / and %, not . or ..`),
    ...unquoted.map(
      ([path, name]) => `${path} must be text: write it in quotes, "${String(name)}"`,
    ),
    ...(missing.length > 0 ? [`${missing.map(([path]) => path).join(' and ')} missing`] : []),
  ]
  if (problems.length > 0) {
    const isOther = value['apiVersion'] === undefined && value['kind'] === undefined
    const why = [
      ...(isFields(metadata['name']) ? [TEMPLATE] : []),
      ...('generateName' in metadata ? [UNNAMED] : []),
      ...(isOther ? [OTHER] : []),
    ].join('')
    return [`${place}: not a Kubernetes object: ${problems.join('; ')}${why}`]
  }
  const copied = OF_ONE_OBJECT.filter((key) => Boolean(metadata[key])).map(
    (key) => `metadata.${key}`,
  )
  return copied.length === 0
    ? []
    : [
        `${place}: ${copied.join(', ')}: belongs to one object of one cluster (kubectl get prints it): take it out`,
      ]
}

/** Stated, they would tie the manifest to the object it was copied from, or to one moment of it. */
const OF_ONE_OBJECT = ['uid', 'resourceVersion', 'managedFields']

/** Files that lie beside manifests, and are for another program. */
const FILES_OF_TOOLS: readonly (readonly [name: RegExp, what: string])[] = [
  [/(^|\/)kustomization\.ya?ml:\d+$/i, 'a Kustomization'],
  [/(^|\/)(Chart|values)\.ya?ml:\d+$/, 'a file of a Helm chart'],
]
const BUILT_BY: Readonly<Record<string, string>> = {
  'a Kustomization': 'build it into a folder of its own first (kubectl kustomize)',
  'a file of a Helm chart': 'render the chart into a folder of its own first (helm template)',
}

/** What is no object of a cluster but the input of a program that writes some, and how to go on. */
function toolOf(kind: string, place: string): string | undefined {
  const file = kind === '' ? FILES_OF_TOOLS.find(([name]) => name.test(place))?.[1] : undefined
  const what = kind === 'Kustomization' ? 'a Kustomization' : file
  return what && `${what} is no object of a cluster: ${BUILT_BY[what]}`
}

const TEMPLATE = '; {{ … }} belongs to a template: render it first (helm template)'
const OTHER = '; all YAML and JSON of the folder is deployed: keep other files elsewhere'
const UNNAMED = '; generateName makes a new object each time, and a deploy needs the same one'

/** What explains a file that is no YAML, if it is a template. */
export function templateNote(text: string): string {
  return text.includes('{{') ? TEMPLATE : ''
}

/** The objects of a `kind: List`, as `kubectl get -o yaml` prints several; anything else is one object itself. */
export function unlisted(one: SourceValue): readonly SourceValue[] {
  const { value, place } = one
  if (!isList(value)) return [one]
  return (value.items ?? []).flatMap((item, index) =>
    unlisted({ value: item, place: `${place}, items[${index}]` }),
  )
}

/** Whether a document is a `kind: List` of the core API; a template without any items leaves null. */
export function isList(
  value: unknown,
): value is { readonly items?: readonly unknown[] | null | undefined } {
  if (!isFields(value) || value['kind'] !== 'List') return false
  return Array.isArray(value['items']) || (value['items'] ?? null) === null
}

function duplicates(values: readonly SourceValue[]): readonly string[] {
  const byIdentity = Map.groupBy(values, (one) => identityOf(refOf(one)))
  return [...byIdentity.values()].flatMap((same) => {
    const [first] = same
    if (!first || same.length === 1) return []
    const places = same.map(({ place }) => place).join(', ')
    const often = same.length === 2 ? 'twice' : `${same.length} times`
    return [`${subjectOf(refOf(first))} is written ${often}: ${places}; keep one`]
  })
}

function refOf({ value }: SourceValue) {
  return objectRef(value as KubeObject)
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#path-segment-names */
function isPathSegment(name: unknown): boolean {
  return typeof name !== 'string' || (!/[/%]/.test(name) && name !== '.' && name !== '..')
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
