import { expect, test } from 'vitest'
import { terminationMessage } from './termination.ts'

test.for([
  { when: 'the file has text', file: 'bye', exitCode: 0, policy: 'File', message: 'bye' },
  { when: 'the file is empty', file: '', exitCode: 1, policy: 'File', message: '' },
  {
    when: 'it failed and may fall back',
    file: '',
    exitCode: 1,
    policy: 'FallbackToLogsOnError',
    message: 'log\n',
  },
  {
    when: 'it ended well and may fall back',
    file: '',
    exitCode: 0,
    policy: 'FallbackToLogsOnError',
    message: '',
  },
  {
    when: 'the file has text and it may fall back',
    file: 'bye',
    exitCode: 1,
    policy: 'FallbackToLogsOnError',
    message: 'bye',
  },
])('the message is "$message" when $when', ({ file, message, ...given }) => {
  expect(terminationMessage(Buffer.from(file), { ...given, log: 'log\n' })).toBe(message)
})

test('a long file is cut at the front to 4096 bytes, a long log to 2048', () => {
  const long = `${'x'.repeat(5000)}end`
  const given = { exitCode: 1, policy: 'FallbackToLogsOnError', log: long }
  expect(terminationMessage(Buffer.from(long), given)).toBe(`${'x'.repeat(4093)}end`)
  expect(terminationMessage(Buffer.alloc(0), given)).toBe(`${'x'.repeat(2045)}end`)
})
