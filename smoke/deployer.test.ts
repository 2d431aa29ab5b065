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

test('a reason of several lines stays whole; without a hint it says what can be changed', () => {
  expect(lastError('✗ two problems:\n  one\n  two\nERR_USAGE (exit code 2)\n')).toEqual({
    reason: 'two problems:\n  one\n  two',
    hint: 'change what it names, in this cluster or in the sources, or take another cluster; and run again',
  })
  expect(lastError('')).toMatchObject({ reason: '' })
})

test('of what is not ready in time the last line of its own log is told as well', () => {
  const printed = `    log      10:00:00 platform certificate issued
    log      10:00:01 platform emulator http://e:8081: it answers 500; waiting
✗ 1 of 7 objects not ready after 300 s: Deployment/ns/platform: 0 of 1 replicas available
    hint  look at it with status
ERR_NOT_READY (exit code 3)
`
  expect(lastError(printed).reason).toBe(
    '1 of 7 objects not ready after 300 s: Deployment/ns/platform: 0 of 1 replicas available\n    log      10:00:01 platform emulator http://e:8081: it answers 500; waiting',
  )
})
