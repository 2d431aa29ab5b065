import type { Rules } from '../resource.ts'
import {
  validateRole,
  validateRoleBinding,
  validateRoleBindingUpdate,
} from '../validation/roles.ts'
import { ensure, records, setDefault } from './edit.ts'

const RBAC_GROUP = 'rbac.authorization.k8s.io'

export const roleRules: Rules = { name: 'path', validate: validateRole }

export const roleBindingRules: Rules = {
  name: 'path',
  defaults: (binding) => {
    setDefault(ensure(binding, 'roleRef'), 'apiGroup', RBAC_GROUP)
    for (const subject of records(binding, 'subjects')) {
      if (subject['kind'] === 'User' || subject['kind'] === 'Group') {
        setDefault(subject, 'apiGroup', RBAC_GROUP)
      }
    }
  },
  validate: validateRoleBinding,
  validateUpdate: validateRoleBindingUpdate,
}
