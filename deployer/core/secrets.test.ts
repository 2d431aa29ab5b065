import { expect, test } from 'vitest'
import type { Fields, KubeObject } from './object.ts'
import { conceal, concealedAt, secretTexts } from './secrets.ts'

function secret(fields: Fields): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...fields }
}

const TEXTS = secretTexts([
  secret({ data: { password: 'aHVudGVyMg==', short: 'MQ==' } }),
  secret({ stringData: { key: 'line one\nline two' } }),
  { ...secret({ data: { open: 'public' } }), kind: 'ConfigMap' },
])

test.for([
  { when: 'it is plain', text: 'Invalid value: "hunter2"', shown: 'Invalid value: "***"' },
  { when: 'it is encoded', text: 'data: aHVudGVyMg==', shown: 'data: ***' },
  { when: 'it is one of several lines', text: 'x line two y', shown: 'x *** y' },
  { when: 'it is quoted', text: String.raw`"line one\nline two"`, shown: '"***"' },
  { when: 'it is no secret', text: 'public 1', shown: 'public 1' },
])('a value is masked in any text when $when', ({ text, shown }) => {
  expect(conceal({ deep: [text] }, TEXTS)).toEqual({ deep: [shown] })
})

test.for([
  { path: '.data.password', hidden: true },
  { path: '.stringData', hidden: true },
  {
    path: '.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
    hidden: true,
  },
  { path: '.metadata.labels.app', hidden: false },
  { path: '.type', hidden: false },
])('the path $path of a Secret is hidden = $hidden', ({ path, hidden }) => {
  expect(concealedAt(secret({}), path)).toBe(hidden)
})
