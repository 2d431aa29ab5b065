import { expect, test } from 'vitest'
import type { AdmissionContext } from './context.ts'
import { refuseUnsupported } from './unsupported.ts'

function creation(resource: string, kind: string, spec: object): AdmissionContext {
  return {
    operation: 'CREATE',
    resource,
    name: 'x',
    object: { apiVersion: 'v1', kind, metadata: { name: 'x' }, spec },
    dryRun: false,
    user: { name: 'admin', groups: [] },
    lookup: () => undefined,
    list: () => [],
    settings: { workloadIdentity: { tenantId: '', authorityHost: '' } },
  }
}

test.for([
  {
    resource: 'jobs',
    kind: 'Job',
    spec: { completionMode: 'Indexed' },
    text: 'Job: spec.completionMode Indexed',
  },
  {
    resource: 'jobs',
    kind: 'Job',
    spec: { podFailurePolicy: { rules: [] } },
    text: 'Job: spec.podFailurePolicy',
  },
  {
    resource: 'pods',
    kind: 'Pod',
    spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } } },
    text: 'Pod: spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution',
  },
  {
    resource: 'resourcequotas',
    kind: 'ResourceQuota',
    spec: { scopeSelector: {} },
    text: 'ResourceQuota: spec.scopeSelector',
  },
])('$text is refused with 501', ({ resource, kind, spec, text }) => {
  expect(() => refuseUnsupported(creation(resource, kind, spec))).toThrow(
    expect.objectContaining({
      code: 501,
      message: `${text} (not supported by this local API server)`,
    }),
  )
})

test('what is supported passes, and so does an update of what is there', () => {
  const job = { completionMode: 'NonIndexed', podReplacementPolicy: 'TerminatingOrFailed' }
  expect(() => refuseUnsupported(creation('jobs', 'Job', job))).not.toThrow()
  const update = {
    ...creation('jobs', 'Job', { completionMode: 'Indexed' }),
    operation: 'UPDATE' as const,
  }
  expect(() => refuseUnsupported(update)).not.toThrow()
})
