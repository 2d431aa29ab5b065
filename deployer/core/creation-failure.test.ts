import { expect, test } from 'vitest'
import { creationFailure } from './creation-failure.ts'

test.for([
  {
    message:
      'FailedCreate: pods "w-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0',
    cause: 'quota',
    graceMs: 5_000,
  },
  {
    message:
      'Internal error occurred: failed calling webhook "mutation.azure-workload-identity.io": no endpoints available',
    cause: 'admission',
    graceMs: 5_000,
  },
  {
    message: 'admission webhook "policy.example.com" denied the request: no owner label',
    cause: 'admission',
    graceMs: 2_000,
  },
  {
    message:
      'pods "w-1" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
    cause: 'admission',
    graceMs: 0,
  },
  {
    message:
      'pods "w-" is forbidden: error looking up service account n/w: serviceaccount "w" not found',
    cause: 'service-account',
    graceMs: 5_000,
  },
  {
    message: 'Pod "w-1" is invalid: spec.containers[0].image: Required value',
    cause: 'create-refused',
    graceMs: 0,
  },
  { message: 'something new', cause: 'create-refused', graceMs: 5_000 },
])('$message is $cause', ({ message, cause, graceMs }) => {
  expect(creationFailure(message)).toEqual({ status: 'failed', cause, reason: message, graceMs })
})
