import { expect, test } from 'vitest'
import { withEncodedData } from './secret-data.ts'

function secret(fields: object) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...fields }
}

test('plain values are put beside the encoded ones, and win', () => {
  const written = secret({ data: { a: 'YQ==', b: 'Yg==' }, stringData: { b: 'new' } })
  expect(withEncodedData(written)).toEqual(secret({ data: { a: 'YQ==', b: 'bmV3' } }))
})

test.for([
  { what: 'a value that is no text', object: secret({ stringData: { port: 8080 } }) },
  { what: 'a Secret without plain values', object: secret({ data: { a: 'YQ==' } }) },
  { what: 'another kind', object: { ...secret({ stringData: { a: 'b' } }), kind: 'Vault' } },
])('$what is left as it is', ({ object }) => {
  expect(withEncodedData(object)).toBe(object)
})
