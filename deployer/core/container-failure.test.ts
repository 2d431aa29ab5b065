import { expect, test } from 'vitest'
import { containerFailure } from './container-failure.ts'

const place = { endsForGood: true, isInit: false, isExpected: () => false }

test.for([
  {
    when: 'the image that is asked for now is not there',
    image: 'keyless-cosmos/worker:0.2.0',
    cause: 'image-pull',
  },
  {
    when: 'the same image is named with its registry',
    image: 'docker.io/keyless-cosmos/worker:0.2.0',
    cause: 'image-pull',
  },
  {
    when: 'the status still speaks of the image before',
    image: 'keyless-cosmos/worker:0.1.0',
    cause: undefined,
  },
])('a back-off is $cause when $when', ({ image, cause }) => {
  const message =
    'Back-off pulling image "keyless-cosmos/worker:0.2.0": ErrImagePull: failed to pull image "docker.io/keyless-cosmos/worker:0.2.0": not found'
  const status = { name: 'worker', state: { waiting: { reason: 'ImagePullBackOff', message } } }
  expect(containerFailure(status, { ...place, image })?.cause).toBe(cause)
})

test('an image of this machine that the node does not have is not waited for', () => {
  const image = 'localhost/keyless-cosmos/worker:0.1.0'
  const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": dial tcp [::1]:443: connect: connection refused`
  const status = { name: 'worker', state: { waiting: { reason: 'ErrImagePull', message } } }
  expect(containerFailure(status, { ...place, image })).toMatchObject({
    cause: 'image-pull',
    graceMs: 0,
  })
})
