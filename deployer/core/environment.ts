// the smaller of its two forms: the other costs a quarter of the start of a command
import * as z from 'zod/mini'
import { aksProblems } from './aks-values.ts'
import { DeployError } from './errors.ts'
import { hintFor } from './environment-hints.ts'
import { secretIn } from './pasted-secret.ts'
import { didYouMean } from './suggest.ts'
import { workloadProblems, workloadSchema } from './workload.ts'

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const IMAGE = /^[a-z0-9][a-z0-9._:/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$/
// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
const COSMOS_NAME = /^[^/\\?#\t\r\n<>]{1,255}$/

const filled = (pattern: RegExp, expected: string) =>
  z
    .string({ error: `expected ${expected}` })
    .check(z.regex(pattern, { error: `expected ${expected}` }))
const guid = filled(GUID, 'a GUID')
const path = filled(/^[^<>]+$/, 'a path')
const image = filled(IMAGE, 'an image with a version tag or a digest')

const port = z
  .int({ error: 'expected a port number' })
  .check(
    z.minimum(1, { error: 'expected a port number from 1' }),
    z.maximum(65_535, { error: 'expected a port number up to 65535' }),
  )

const schema = z.strictObject({
  target: z.enum(['local', 'kind', 'aks'], { error: 'expected local, kind or aks' }),
  cluster: z.strictObject({
    context: filled(/^[^<>]+$/, 'the name of a kubeconfig context'),
    kubeconfig: z.optional(path),
    /** The one server that the context may lead to; with it, targets `local` and `kind` may be on another machine. */
    server: z.optional(filled(/^https:\/\/[^<>\s]+$/, 'the https URL of the API server')),
  }),
  namespace: filled(DNS_LABEL, 'a lower-case DNS label of at most 63 characters'),
  identity: z.strictObject({
    clientId: guid,
    tenantId: guid,
    /** Only to tell it from the client id: nothing that is deployed holds it. */
    principalId: z.optional(guid),
    /** The token service of a target on this machine; without it the workload-identity webhook names Microsoft's. */
    authorityHost: z.optional(
      z.string({ error: 'expected an https URL' }).check(
        z.refine(isAuthority, {
          error: 'expected an https URL that ends in / and has no path, key or query',
        }),
      ),
    ),
  }),
  cosmos: z.strictObject({
    endpoint: z
      .string({ error: 'expected an https URL' })
      .check(z.refine(isEndpoint, { error: 'expected an https URL without path, key or query' })),
    database: filled(COSMOS_NAME, 'a database id'),
    container: filled(COSMOS_NAME, 'a container id'),
  }),
  image: image.check(
    z.refine((name) => !name.endsWith(':latest'), {
      error: 'expected a version tag or a digest: what `latest` is changes without a deploy',
    }),
  ),
  workload: z.optional(workloadSchema),
  document: z
    .string({ error: 'expected the name of the item' })
    .check(z.minLength(1, { error: 'expected the name of the item' })),
  deadlineSeconds: z.optional(
    z
      .int({ error: 'expected a whole number of seconds' })
      .check(
        z.minimum(1, { error: 'expected at least 1 second' }),
        z.maximum(3_600, { error: 'expected at most 3600 seconds' }),
      ),
  ),
  /** Image of the healer in the cluster, where it is not called as in `manifests/heal/`. */
  healImage: z.optional(image),
  trustRoot: z.optional(z.strictObject({ caFile: path })),
  egressPorts: z.optional(
    z.array(port, { error: 'expected a list of port numbers' }).check(
      z.minLength(1, {
        error: 'expected at least one port: without any the worker reaches nothing',
      }),
    ),
  ),
})

/** Where the worker goes and as whom: one file under `manifests/environments/`, or one of the user's own. */
export type Environment = z.infer<typeof schema> & {
  /** The file's name without its ending; also the name of the set of objects it owns. */
  readonly name: string
}

/**
 * Checks what an environment file holds.
 *
 * @param documents Its YAML documents, of which there must be one.
 * @param file What it is called in messages.
 * @param name What the set of deployed objects is called; by custom the file's base name.
 * @throws {DeployError} `ERR_ENVIRONMENT` with every problem, by path, with what was expected, what came and how to get it.
 */
export function environmentOf(
  documents: readonly unknown[],
  file: string,
  name: string,
): Environment {
  const [raw] = documents
  if (documents.length !== 1) {
    throw new DeployError(
      'ERR_ENVIRONMENT',
      `${file}: expected one YAML document, got ${documents.length}`,
      {
        subject: file,
      },
    )
  }
  const parsed = schema.safeParse(raw, { jitless: true })
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => describe(issue, raw))),
    ...(targetOf(raw) === 'aks' ? aksProblems(raw) : []),
    ...workloadProblems(valueAt(raw, ['workload'])),
  ]
  if (parsed.success && problems.length === 0) return { ...parsed.data, name }
  throw new DeployError(
    'ERR_ENVIRONMENT',
    `${file}: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}\n${problems.map((line) => `  ${line}`).join('\n')}`,
    {
      subject: file,
      hint: `edit ${file}, or choose another environment with --env NAME|PATH`,
    },
  )
}

/** With the slash, as the webhook itself writes it: what stands behind it is the tenant. */
function isAuthority(value: string): boolean {
  return isEndpoint(value) && value.endsWith('/')
}

function isEndpoint(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  return (
    url?.protocol === 'https:' &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === ''
  )
}

/** One line per problem; unknown keys are listed one by one, with the key that was probably meant. */
function describe(issue: z.core.$ZodIssue, raw: unknown): readonly string[] {
  const at = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${[...at, key].join('.')}: unknown key${didYouMean(key, knownKeys(at))}`,
    )
  }
  const place = at.join('.')
  const came = valueAt(raw, at)
  const expected = expectation(issue)
  const hint = hintFor(place, targetOf(raw))
  return [
    `${place === '' ? 'file' : place}: ${expected}, got ${quote(came)}${hint === undefined ? '' : `; get it with: ${hint}`}`,
  ]
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.expected === 'object')
    return 'expected keys and values'
  return issue.message.startsWith('expected') ? issue.message : `expected ${issue.message}`
}

function knownKeys(at: readonly string[]): readonly string[] {
  const inner: Readonly<Record<string, readonly string[]>> = {
    '': Object.keys(schema.shape),
    cluster: Object.keys(schema.shape.cluster.shape),
    identity: Object.keys(schema.shape.identity.shape),
    cosmos: Object.keys(schema.shape.cosmos.shape),
    workload: Object.keys(workloadSchema.shape),
    trustRoot: ['caFile'],
  }
  return inner[at.join('.')] ?? []
}

function targetOf(raw: unknown): string | undefined {
  const target = valueAt(raw, ['target'])
  return typeof target === 'string' ? target : undefined
}

function valueAt(raw: unknown, at: readonly string[]): unknown {
  return at.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined,
    raw,
  )
}

/** Values of an environment are no secrets, but somebody may have put a part of one there: of long ones only the length. */
function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > MAX_QUOTED || secretIn(text) !== undefined
    ? `a text of ${text.length} characters`
    : text
}

const MAX_QUOTED = 60
