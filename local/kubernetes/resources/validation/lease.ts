import { at } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { invalidValue } from './causes.ts'

export function validateLease(lease: KubeObject): readonly StatusCause[] {
  const seconds = at(lease, 'spec', 'leaseDurationSeconds')
  const transitions = at(lease, 'spec', 'leaseTransitions')
  const holder = at(lease, 'spec', 'holderIdentity')
  return [
    ...(typeof seconds === 'number' && seconds <= 0
      ? [invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
      : []),
    ...(typeof transitions === 'number' && transitions < 0
      ? [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
      : []),
    ...(holder === '' ? [invalidValue('spec.holderIdentity', '', 'must not be empty')] : []),
  ]
}
