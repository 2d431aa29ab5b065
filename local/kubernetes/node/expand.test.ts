import { expect, test } from 'vitest'
import { expand } from './expand.ts'

const variables: Readonly<Record<string, string>> = { A: 'one', B: '$(A)', EMPTY: '' }

test.for([
  { text: '$(A)', result: 'one', because: 'a known name is replaced' },
  { text: 'x-$(A)-$(A)', result: 'x-one-one', because: 'every reference is replaced' },
  { text: '$(B)', result: '$(A)', because: 'a value is not expanded again' },
  { text: '$(EMPTY).', result: '.', because: 'an empty value is a value' },
  { text: '$(NOPE)', result: '$(NOPE)', because: 'an unknown name stays' },
  { text: '$$(A)', result: '$(A)', because: 'two dollars are one' },
  { text: '$$$(A)', result: '$one', because: 'the third dollar begins a reference' },
  { text: '$(A', result: '$(A', because: 'an unfinished reference stays' },
  { text: '$A ${A}', result: '$A ${A}', because: 'the shell has its own syntax' },
])('$text becomes $result: $because', ({ text, result }) => {
  expect(expand(text, (name) => variables[name])).toBe(result)
})
