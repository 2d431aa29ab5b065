import { expect, test } from 'vitest'
import { lastError } from './deployer.ts'

test('the last error of the deployer is told again, with its hint', () => {
  const printed = `✗ Pod/ns/demo     failed: container worker: ErrImagePull
    event    Warning Failed: Error: ErrImagePull
\u001B[31m✗\u001B[39m Pod/ns/demo: failed (image-pull): ErrImagePull
    hint  check the name of the image
ERR_OBJECT_FAILED (exit code 1)
`
  expect(lastError(printed)).toEqual({
    reason: 'Pod/ns/demo: failed (image-pull): ErrImagePull',
    hint: 'check the name of the image',
  })
})

test('a reason of several lines stays whole; without a hint it says where to look', () => {
  expect(lastError('✗ two problems:\n  one\n  two\nERR_USAGE (exit code 2)\n')).toEqual({
    reason: 'two problems:\n  one\n  two',
    hint: 'the deployer has told why, above',
  })
  expect(lastError('')).toMatchObject({ reason: '' })
})
