import { expect, test } from 'vitest'
import type { EventText } from './events.ts'
import { ImagePuller } from './image-puller.ts'
import { KUBELET_TIMING } from './services.ts'

const NOW = 1_000_000
const ERROR =
  'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/a/nope:1": failed to resolve image: docker.io/a/nope:1: not found'

function createPuller(): {
  readonly pull: (image: string, now: number) => unknown
  readonly said: () => string[]
} {
  const puller = new ImagePuller({ 'a/b:1': ['/bin/b'] }, KUBELET_TIMING)
  let events: EventText[] = []
  return {
    pull: (image, now) =>
      puller.ensure({ name: 'c', image, imagePullPolicy: 'IfNotPresent' }, now, (event) =>
        events.push(event),
      ),
    said: () => {
      const told = events.map(({ type, reason, message }) => `${type} ${reason} ${message}`)
      events = []
      return told
    },
  }
}

test('an image that is there is announced and given', () => {
  const { pull, said } = createPuller()
  expect(pull('a/b:1', NOW)).toEqual({ name: 'docker.io/a/b:1', command: ['/bin/b'] })
  expect(said()).toEqual([
    'Normal Pulled Container image "a/b:1" already present on machine and can be accessed by the pod',
  ])
})

test('a failed pull is held back, tried again, and held back for longer', () => {
  const { pull, said } = createPuller()
  expect(pull('a/nope:1', NOW)).toEqual({
    waiting: { reason: 'ErrImagePull', message: ERROR },
    retryAt: NOW + 1000,
  })
  expect(said()).toEqual([
    'Normal Pulling Pulling image "a/nope:1"',
    `Warning Failed Failed to pull image "a/nope:1": ${ERROR}`,
    'Warning Failed Error: ErrImagePull',
  ])
  expect(pull('a/nope:1', NOW + 1000)).toEqual({
    waiting: {
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "a/nope:1": ErrImagePull: ${ERROR}`,
    },
    retryAt: NOW + 10_000,
  })
  expect(said()).toEqual([
    'Normal BackOff Back-off pulling image "a/nope:1"',
    'Warning Failed Error: ImagePullBackOff',
  ])
  expect(pull('a/nope:1', NOW + 10_000)).toMatchObject({ waiting: { reason: 'ErrImagePull' } })
  expect(pull('a/nope:1', NOW + 29_999)).toMatchObject({ waiting: { reason: 'ImagePullBackOff' } })
  expect(pull('a/nope:1', NOW + 30_000)).toMatchObject({ waiting: { reason: 'ErrImagePull' } })
})

test('an invalid name is looked at again, but never pulled', () => {
  const { pull, said } = createPuller()
  expect(pull('Nope', NOW)).toMatchObject({
    waiting: { reason: 'InvalidImageName' },
    retryAt: NOW + 10_000,
  })
  expect(said().map((text) => text.split(' ')[1])).toEqual(['InspectFailed', 'Failed'])
})
