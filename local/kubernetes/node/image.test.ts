import { expect, test } from 'vitest'
import { imageVerdict, parseImage } from './image.ts'

test.for([
  { reference: 'node', name: 'docker.io/library/node:latest', requested: 'node:latest' },
  { reference: 'node:24', name: 'docker.io/library/node:24', requested: 'node:24' },
  {
    reference: 'keyless-cosmos/worker:0.1.0',
    name: 'docker.io/keyless-cosmos/worker:0.1.0',
    requested: 'keyless-cosmos/worker:0.1.0',
  },
  {
    reference: 'docker.io/node',
    name: 'docker.io/library/node:latest',
    requested: 'docker.io/node:latest',
  },
  {
    reference: 'index.docker.io/a/b:1',
    name: 'docker.io/a/b:1',
    requested: 'index.docker.io/a/b:1',
  },
  {
    reference: 'localhost:5000/a/b:1',
    name: 'localhost:5000/a/b:1',
    requested: 'localhost:5000/a/b:1',
  },
  {
    reference: 'my.registry.io/team/app',
    name: 'my.registry.io/team/app:latest',
    requested: 'my.registry.io/team/app:latest',
  },
  {
    reference: `node:24@sha256:${'a'.repeat(64)}`,
    name: `docker.io/library/node@sha256:${'a'.repeat(64)}`,
    requested: `node:24@sha256:${'a'.repeat(64)}`,
  },
])('$reference is the image $name', ({ reference, name, requested }) => {
  expect(parseImage(reference)).toEqual({ name, requested })
})

test.for([
  {
    reference: 'Worker:1',
    error: 'invalid reference format: repository name (library/Worker) must be lowercase',
  },
  { reference: 'worker:', error: 'invalid reference format' },
  { reference: 'a//b', error: 'invalid reference format' },
  { reference: ' worker', error: 'invalid reference format' },
  { reference: 'https://a/b', error: 'invalid reference format' },
  {
    reference: 'a'.repeat(64),
    error: `invalid repository name (${'a'.repeat(64)}), cannot specify 64-byte hexadecimal strings`,
  },
])('$reference is refused: $error', ({ reference, error }) => {
  expect(parseImage(reference)).toEqual({ error })
})

const images = { 'keyless-cosmos/worker:0.1.0': ['node', 'app/main.ts'] }
const image = {
  name: 'docker.io/keyless-cosmos/worker:0.1.0',
  command: ['node', 'app/main.ts'],
}

test('an image of the table is present, however it is written', () => {
  for (const reference of [
    'keyless-cosmos/worker:0.1.0',
    'docker.io/keyless-cosmos/worker:0.1.0',
  ]) {
    expect(imageVerdict({ image: reference, imagePullPolicy: 'IfNotPresent' }, images)).toEqual({
      kind: 'present',
      image,
      event: `Container image "${reference}" already present on machine and can be accessed by the pod`,
    })
  }
})

test('with Always, an image of the table is pulled', () => {
  expect(
    imageVerdict({ image: 'keyless-cosmos/worker:0.1.0', imagePullPolicy: 'Always' }, images),
  ).toEqual({ kind: 'pulled', image, requested: 'keyless-cosmos/worker:0.1.0' })
})

test('an image outside the table cannot be pulled, in the words of containerd', () => {
  expect(imageVerdict({ image: 'keyless-cosmos/nope', imagePullPolicy: 'Always' }, images)).toEqual(
    {
      kind: 'absent',
      requested: 'keyless-cosmos/nope:latest',
      error:
        'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/keyless-cosmos/nope:latest": failed to resolve image: docker.io/keyless-cosmos/nope:latest: not found',
    },
  )
})

test('with Never, an image outside the table is not even tried', () => {
  expect(
    imageVerdict({ image: 'keyless-cosmos/nope:1', imagePullPolicy: 'Never' }, images),
  ).toEqual({
    kind: 'never',
    message: 'Container image "keyless-cosmos/nope:1" is not present with pull policy of Never',
  })
})

test('a reference outside the grammar is an invalid image name', () => {
  expect(imageVerdict({ image: 'Worker' }, images)).toEqual({
    kind: 'invalid',
    message:
      'Failed to apply default image tag "Worker": couldn\'t parse image name "Worker": invalid reference format: repository name (library/Worker) must be lowercase',
  })
})
