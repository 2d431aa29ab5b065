import { expect, test } from 'vitest'
import { keptDefaultHint } from './kept-default.ts'

const STATUS = {
  details: {
    causes: [
      {
        reason: 'FieldValueForbidden',
        field: 'spec.strategy.rollingUpdate',
        message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
      },
    ],
  },
}
const ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } }

function deployment(strategy: object) {
  const metadata = { name: 'web', namespace: 'shop' }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { strategy } }
}

test('a default that stays and does not go with the manifest is told with the command that removes it', () => {
  expect(keptDefaultHint(STATUS, deployment({ type: 'Recreate' }), deployment(ROLLING))).toBe(
    'spec.strategy.rollingUpdate is not of the manifest but stands on the cluster, as a default of before, which no ' +
      'apply takes away: kubectl patch deployment web --namespace shop --type merge --patch ' +
      `'{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'; then deploy again`,
  )
})

test.for([
  { when: 'the manifest states it', asked: { ...ROLLING, type: 'Recreate' }, live: ROLLING },
  { when: 'it is not on the cluster', asked: { type: 'Recreate' }, live: { type: 'Recreate' } },
])('nothing is said of a default when $when', ({ asked, live }) => {
  expect(keptDefaultHint(STATUS, deployment(asked), deployment(live))).toBeUndefined()
})
