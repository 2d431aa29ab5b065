import { expect, test } from 'vitest'
import { neighbours } from './list-neighbours.ts'
import type { KubeObject } from './object.ts'
import { FIELD_MANAGER } from './ownership.ts'

function writer(manager: string, operation: string, ...ports: readonly number[]) {
  const items = ports.map((port) => [`k:{"port":${port},"protocol":"TCP"}`, { 'f:port': {} }])
  return {
    manager,
    operation,
    fieldsV1: { 'f:spec': { 'f:ports': { '.': {}, ...Object.fromEntries(items) } } },
  }
}

function service(...managedFields: NonNullable<KubeObject['metadata']['managedFields']>) {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', managedFields } }
}

const OURS = writer(FIELD_MANAGER, 'Apply', 80)
const REFUSED = {
  details: { causes: [{ field: 'spec.ports[0].name' }, { field: 'spec.ports[1].name' }] },
}

test.for([
  {
    when: 'somebody has one that we have not',
    live: service(OURS, writer('kubectl-patch', 'Update', 81)),
    status: REFUSED,
    says: 'spec.ports has an entry of kubectl-patch beside yours',
  },
  {
    when: 'ours was made another',
    live: service(writer('kubectl-patch', 'Update', 81)),
    status: REFUSED,
    says: 'spec.ports has an entry of kubectl-patch beside yours',
  },
  {
    when: 'somebody wrote into ours',
    live: service(OURS, writer('kubectl-patch', 'Update', 80)),
    status: REFUSED,
    says: undefined,
  },
  {
    when: 'what is refused is no list',
    live: service(writer('kubectl-patch', 'Update', 81)),
    status: { details: { causes: [{ field: 'spec.type' }] } },
    says: undefined,
  },
])('entries of others are told when $when: $says', ({ live, status, says }) => {
  expect(neighbours(live, status)).toBe(says)
})
