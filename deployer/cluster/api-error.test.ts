import { expect, test } from 'vitest'
import { apiError } from './api-error.ts'

function hintOf(status: number, body: object): string | undefined {
  return apiError(status, body, { subject: 'Deployment/n/web', verb: 'apply' }).hint
}

test('of a moved selector the hint names the selector, not the labels that do not match it any more', () => {
  const causes = [
    {
      field: 'spec.template.metadata.labels',
      message: 'Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    },
    { field: 'spec.selector', message: 'Invalid value: {}: field is immutable' },
  ]
  const body = {
    reason: 'Invalid',
    message: 'Deployment.apps "web" is invalid',
    details: { causes },
  }
  expect(hintOf(422, body)).toContain('put spec.selector back')
  const [first] = causes
  expect(hintOf(422, { ...body, details: { causes: [first] } })).toBe(
    'change spec.template.metadata.labels in the manifest',
  )
})

test('of an object that is too large there is no field to name', () => {
  const causes = [{ field: '[]', message: 'Too long: may not be more than 1048576 bytes' }]
  const message = 'ConfigMap "big" is invalid: []: Too long: may not be more than 1048576 bytes'
  const body = { reason: 'Invalid', message, details: { causes } }
  const says = 'make it smaller, or spread it over several objects'
  expect(hintOf(422, body)).toBe(says)
  expect(hintOf(413, { message: 'Request entity too large: limit is 3145728' })).toBe(says)
})

test('who came without credentials is not told to ask for a role', () => {
  const message =
    'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group ""'
  expect(hintOf(403, { reason: 'Forbidden', message })).toContain('no credentials came along')
  const named = message.replace('system:anonymous', 'ted')
  expect(hintOf(403, { reason: 'Forbidden', message: named })).toBe(
    'ask for a ClusterRole that allows it; check: kubectl auth can-i --list',
  )
  const inside = `${named} in the namespace "shop"`
  expect(hintOf(403, { reason: 'Forbidden', message: inside })).toBe(
    'ask for a Role that allows it; check: kubectl auth can-i --list --namespace shop',
  )
})

test.for([
  { subject: 'Secret/n/a', says: 'write plain ones under stringData' },
  { subject: 'ConfigMap/n/a', says: 'write plain ones under data' },
  { subject: 'MutatingWebhookConfiguration/a', says: 'its bytes are written as base64' },
])('the hint about base64 is one for $subject', ({ subject, says }) => {
  const message = 'error decoding from json: illegal base64 data at input byte 0'
  expect(apiError(500, { message }, { subject, verb: 'apply' }).hint).toContain(says)
})

test.for([403, 422])(
  'a policy of the cluster that refuses with %i is named, with its author',
  (status) => {
    const message =
      "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'few.example.com' with binding 'few-here' denied request: failed expression: object.spec.replicas <= 5"
    const details = { causes: [{ message: 'failed expression: object.spec.replicas <= 5' }] }
    const body = { reason: 'Invalid', message, details }
    expect(apiError(status, body, { subject: 'Deployment/n/web', verb: 'apply' })).toMatchObject({
      code: 'ERR_ADMISSION',
      hint: expect.stringMatching(
        /policy of the cluster decides.*: kubectl get validatingadmissionpolicy few\.example\.com --output yaml$/,
      ) as string,
    })
  },
)

test.for([
  {
    message: 'pods "web" is forbidden: exceeded quota: none',
    says: 'kubectl describe quota --namespace n',
  },
  { message: 'namespaces "shop" not found', says: 'kubectl create namespace shop' },
])('a command that is proposed has its names: $says', ({ message, says }) => {
  expect(hintOf(message.startsWith('pods') ? 403 : 404, { message })).toContain(says)
})
