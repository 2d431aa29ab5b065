import { expect, test } from 'vitest'
import { scriptOf } from './script.ts'

const LIST = { method: 'GET', path: '/api/v1/namespaces/fault-1/pods', isWatch: false }
const SEEDS = Array.from({ length: 500 }, (_, seed) => seed)

test('a seed gives the same script every time', () => {
  expect(firstFates()).toEqual(firstFates())
  expect(scriptOf(17)).toMatchObject({ story: 'change' })
})

test('a request that is asked a third time gets its answer', () => {
  expect(SEEDS.flatMap((seed) => scriptOf(seed).fault({ ...LIST, before: 2 }) ?? [])).toEqual([])
})

test('a token expires at the first asking only', () => {
  const faults = SEEDS.map((seed) => scriptOf(seed).fault({ ...LIST, before: 1 }))
  expect(faults).not.toContain('401 once')
  expect(faults).toContain('500')
})

test.for([
  { isWatch: true, fault: 'slow answer' },
  { isWatch: false, fault: 'watch cut' },
  { isWatch: false, fault: '410 in the watch' },
])('"$fault" never happens where isWatch is $isWatch', ({ isWatch, fault }) => {
  const faults = SEEDS.map((seed) => scriptOf(seed).fault({ ...LIST, isWatch, before: 0 }))
  expect(faults).not.toContain(fault)
})

test('an object is edited before it is written only in the story that writes it', () => {
  const stories = SEEDS.map(scriptOf)
    .filter(({ incident }) => incident?.kind === 'conflicting write')
    .map(({ story }) => story)
  expect(new Set(stories)).toEqual(new Set(['change']))
})

function firstFates() {
  return SEEDS.map((seed) => scriptOf(seed).fault({ ...LIST, before: 0 }))
}
