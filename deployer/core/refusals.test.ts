import { expect, test } from 'vitest'
import { DeployError } from './errors.ts'
import { allRefusals, isRefusal } from './refusals.ts'

function refusal(name: string, hint?: string): DeployError {
  return new DeployError(
    'ERR_INVALID',
    `ConfigMap/n/${name}: no`,
    hint === undefined ? {} : { hint },
  )
}

test('one refusal stays what it is', () => {
  const one = refusal('a')
  expect(allRefusals([one])).toBe(one)
})

test('several are one error with each message, and each hint once', () => {
  const error = allRefusals([refusal('a', 'quote it'), refusal('b', 'quote it'), refusal('c')])
  expect(error).toMatchObject({
    code: 'ERR_INVALID',
    message: 'ConfigMap/n/a: no\nConfigMap/n/b: no\nConfigMap/n/c: no',
    hint: 'quote it',
  })
})

test('of very many the rest is counted', () => {
  const many = Array.from({ length: 24 }, (_, index) => refusal(String(index)))
  const { message } = allRefusals([refusal('a'), ...many])
  expect(message.split('\n')).toHaveLength(21)
  expect(message).toMatch(/and 5 more$/)
})

test.for([
  { error: refusal('a'), is: true },
  { error: new DeployError('ERR_UNREACHABLE', 'no answer'), is: false },
  { error: new TypeError('a bug'), is: false },
])('$error is about one object: $is', ({ error, is }) => {
  expect(isRefusal(error)).toBe(is)
})
