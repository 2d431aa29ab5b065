import { NEED_ADMIN } from '../kubectl.ts'
import { SmokeError } from '../smoke-error.ts'
import type { Stage } from '../stage.ts'

interface Wanted {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
}

/** One of each kind that the run writes; who may create these may delete them in every role that is in use. */
const WANTED: readonly Wanted[] = [
  { verb: 'create', group: '', resource: 'namespaces' },
  { verb: 'delete', group: '', resource: 'namespaces' },
  { verb: 'create', group: '', resource: 'configmaps' },
  { verb: 'create', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods', subresource: 'portforward' },
  { verb: 'create', group: '', resource: 'serviceaccounts' },
  { verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token' },
  { verb: 'create', group: 'apps', resource: 'deployments' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings' },
  {
    verb: 'create',
    group: 'admissionregistration.k8s.io',
    resource: 'mutatingwebhookconfigurations',
  },
]

/** A line per review, in their order. */
const ANSWER = ['-o', 'jsonpath={.status.allowed}{"\\n"}']

/**
 * Asks the API server, in one go, whether this user may do what the run does.
 *
 * @throws {SmokeError} `ERR_PERMISSION` with everything that is missing.
 */
export async function checkPermissions({ kubectl, options }: Stage): Promise<void> {
  const items = WANTED.map(({ verb, group, resource, subresource }) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: { verb, group, resource, ...(subresource ? { subresource } : {}) },
    },
  }))
  // Not validated: the list is ours, and the schemas are megabytes
  const answer = await kubectl.need(['create', '-f', '-', ...ANSWER, '--validate=false'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  })
  const allowed = answer.split('\n')
  const missing = WANTED.filter((_, index) => allowed[index] !== 'true')
  if (missing.length === 0) return
  throw new SmokeError(
    'ERR_PERMISSION',
    `context "${options.context}": this user may not ${missing.map(sentence).join(', ')}`,
    {
      hint: `the run makes namespaces, a cluster role and a webhook: ${NEED_ADMIN}`,
    },
  )
}

function sentence({ verb, resource, subresource }: Wanted): string {
  return `${verb} ${resource}${subresource ? `/${subresource}` : ''}`
}
