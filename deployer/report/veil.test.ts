import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ReportEvent } from './events.ts'
import { createVeil } from './veil.ts'

const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'hunter2' },
  stringData: { password: 'hunter2' },
}

function said(event: ReportEvent): ReportEvent | undefined {
  let last: ReportEvent | undefined
  const veil = createVeil()
  const report = veil.over((one) => {
    last = one
  })
  veil.learn([SECRET])
  report(event)
  return last
}

test('a secret value is masked in errors, hints and changes of any object', () => {
  expect(
    said({
      event: 'error',
      code: 'ERR_API',
      message: 'bad "hunter2"',
      hint: 'aHVudGVyMg==',
      exitCode: 1,
    }),
  ).toMatchObject({ message: 'bad "***"', hint: '***' })
  const changes = [{ path: '.data.hunter2', before: { a: ['hunter2'] }, after: 1 }]
  expect(
    said({ event: 'planned', subject: 'ConfigMap/x', action: 'configure', changes, product: true }),
  ).toMatchObject({ changes: [{ path: '.data.hunter2', before: { a: ['***'] }, after: 1 }] })
})

test('the name of an object stays readable even if a value is the same', () => {
  const event = { event: 'object', subject: 'Secret/hunter2', state: 'created' } as const
  expect(said(event)).toEqual(event)
})

test('rendered manifests keep their values: they are meant to be applied', () => {
  const event = { event: 'rendered', yaml: 'password: hunter2', objects: [SECRET] } as const
  expect(said(event)).toEqual(event)
})

test('what looks like a key is masked in any object, and what stands beside it stays', () => {
  const key = randomBytes(64).toString('base64')
  const token = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.c2ln`
  const certificate = `-----BEGIN CERTIFICATE-----\n${key.slice(0, 64)}\n-----END CERTIFICATE-----`
  const changes = [
    { path: '.data.A', before: `AccountEndpoint=https://a/;AccountKey=${key};`, after: key },
    { path: '.data.B', before: `Bearer ${token}`, after: certificate },
  ]
  expect(
    said({ event: 'planned', subject: 'ConfigMap/x', action: 'configure', changes, product: true }),
  ).toMatchObject({
    changes: [
      { before: 'AccountEndpoint=https://a/;AccountKey=***;', after: '***' },
      { before: 'Bearer ***', after: certificate },
    ],
  })
})
