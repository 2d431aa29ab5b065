import { expect, test } from 'vitest'
import { veiledText } from './veiled-text.ts'

const SUBJECT = /ConfigMap\/ns\/current/g

test.for([
  {
    when: 'it is the name of an object',
    text: 'ConfigMap/ns/current: current',
    secrets: ['current'],
    shown: 'ConfigMap/ns/current: ***',
  },
  {
    when: 'it reaches out of the name',
    text: 'a ConfigMap/ns/current: b',
    secrets: ['current: b'],
    shown: 'a ConfigMap/ns/***',
  },
  {
    when: 'it holds the name',
    text: 'see ConfigMap/ns/current now',
    secrets: ['see ConfigMap/ns/current now'],
    shown: '***',
  },
  {
    when: 'two overlap',
    text: 'ConfigMap/ns/current: abcdefgh',
    secrets: ['abcdef', 'defgh'],
    shown: 'ConfigMap/ns/current: ***',
  },
  {
    when: 'nothing is ours',
    text: 'abcd is current',
    secrets: ['current', 'abcd'],
    shown: '*** is ***',
  },
])('a secret is shown as it must when $when', ({ text, secrets, shown }) => {
  expect(veiledText(text, secrets, [SUBJECT])).toBe(shown)
})
