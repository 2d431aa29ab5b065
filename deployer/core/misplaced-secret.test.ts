import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { DeployError } from './errors.ts'
import { objectSet } from './ownership.ts'
import { misplacedSecrets, refuseMisplacedSecrets } from './misplaced-secret.ts'

const KEY = randomBytes(64).toString('base64')
const CERTIFICATE = `-----BEGIN CERTIFICATE-----\n${KEY.slice(0, 64)}\n-----END CERTIFICATE-----`

function object(kind: string, data: object) {
  return { apiVersion: 'v1', kind, metadata: { namespace: 'n', name: 'a' }, data }
}

function refuseKey() {
  refuseMisplacedSecrets([object('ConfigMap', { KEY })])
}

test('a key is found in any object but a Secret', () => {
  expect(misplacedSecrets([object('ConfigMap', { KEY }), object('Secret', { KEY })])).toEqual([
    'ConfigMap/n/a: .data.KEY holds what looks like an account key',
  ])
})

test('certificates and the ids of sets are public', () => {
  const caBundle = Buffer.from(CERTIFICATE).toString('base64')
  for (let name = 0; name < 200; name += 1) {
    const { id } = objectSet(`set-${name}`, 'n')
    expect(misplacedSecrets([object('ConfigMap', { CERTIFICATE, caBundle, id })])).toEqual([])
  }
})

test("a key in the worker's own objects is refused without a word of it", () => {
  expect(refuseKey).toThrow(DeployError)
  expect(refuseKey).toThrow(/^ConfigMap\/n\/a: \.data\.KEY holds what looks like an account key$/)
})
