import { expect, test } from 'vitest'
import { loadOf, programsFor } from './load-way.ts'
import type { SmokeError } from './smoke-error.ts'

const IMAGES = { image: 'r.example/worker:1', platformImage: 'r.example/platform:1' }

test.for([
  { context: 'kind-demo', way: { way: 'kind', cluster: 'demo' } },
  { context: 'kind-demo', load: 'kind', way: { way: 'kind', cluster: 'demo' } },
  { context: 'docker-desktop', way: { way: 'engine' } },
  { context: 'k3d-demo', load: 'docker', way: { way: 'engine' } },
  {
    context: 'minikube',
    load: 'minikube image load -',
    way: { way: 'command', command: 'minikube image load -' },
  },
])('images for $context with --load $load get there by $way.way', ({ way, ...asked }) => {
  expect(loadOf({ remove: false, ...asked })).toEqual(way)
})

test('two images from a registry need no loading, and nothing that is removed does', () => {
  expect(loadOf({ context: 'aks-demo', remove: false, ...IMAGES })).toBeUndefined()
  expect(loadOf({ context: 'aks-demo', remove: true })).toBeUndefined()
})

test.for([
  {
    when: 'nothing says how the images get there',
    asked: { context: 'aks-demo' },
    says: /context "aks-demo": how do the images get into this cluster\?/,
  },
  {
    when: 'only one of the images is named',
    asked: { context: 'aks-demo', image: IMAGES.image },
    says: /how do the images get into this cluster\?/,
  },
  {
    when: 'kind is to load into another cluster',
    asked: { context: 'minikube', load: 'kind' },
    says: /"minikube" is no kind cluster's context/,
  },
])('usage is refused when $when', ({ asked, says }) => {
  const failure = refusal(() => loadOf({ remove: false, ...asked }))
  expect(failure.message).toMatch(says)
  expect(failure).toMatchObject({ code: 'ERR_USAGE', exitCode: 2 })
})

test.for([
  { asked: { context: 'kind-demo' }, docker: true, kind: true },
  { asked: { context: 'aks-demo', load: 'docker' }, docker: true, kind: false },
  { asked: { context: 'aks-demo', ...IMAGES }, docker: false, kind: false },
  {
    asked: { context: 'aks-demo', load: 'k3d image import -', ...IMAGES },
    docker: true,
    kind: false,
  },
  { asked: { context: 'kind-demo', ...IMAGES }, docker: true, kind: true },
])('$asked takes docker: $docker, kind: $kind', ({ asked, docker, kind }) => {
  expect(programsFor({ remove: false, ...asked })).toEqual({ docker, kind })
})

function refusal(decide: () => unknown): SmokeError {
  try {
    decide()
  } catch (error) {
    return error as SmokeError
  }
  throw new Error('nothing was refused')
}
