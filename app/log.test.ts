import { expect, test } from 'vitest'
import { createLog, jsonLine, safe, textLines } from './log.ts'
import type { LogEvent } from './log.ts'

const REFUSED: LogEvent = {
  status: 'fail',
  step: 'exchange',
  code: 'AADSTS700213',
  message: 'no such subject',
  facts: { attempt: 2, unset: undefined },
  details: [
    ['pod says', 'sub=x'],
    ['fix', 'make one'],
    ['exit', 21],
  ],
}

test('a failure is one block of text', () => {
  expect(textLines(REFUSED)).toBe(
    [
      '3/7 exchange     FAIL  AADSTS700213  no such subject  attempt=2',
      '  pod says  sub=x',
      '  fix       make one',
      '  exit      21',
    ].join('\n'),
  )
})

test('the same failure is one line of JSON', () => {
  expect(JSON.parse(jsonLine(REFUSED, 0))).toEqual({
    ts: '1970-01-01T00:00:00.000Z',
    level: 'error',
    step: 'exchange',
    status: 'fail',
    code: 'AADSTS700213',
    message: 'no such subject',
    attempt: 2,
    'pod says': 'sub=x',
    fix: 'make one',
    exit: 21,
  })
})

test('details of one key become a list in JSON', () => {
  const details = ['a', 'b', 'c'].map((value) => ['problem', value] as const)
  expect(JSON.parse(jsonLine({ status: 'fail', details }, 0))).toMatchObject({
    problem: ['a', 'b', 'c'],
  })
})

test('every event ends its line', () => {
  const written: string[] = []
  const log = createLog({ format: 'text', write: (text) => written.push(text), now: () => 0 })
  log({ status: 'start', message: '0.1.0', facts: { mode: 'once' } })
  log({ status: 'done', message: 'written' })
  expect(written).toEqual(['keyless-cosmos  0.1.0  mode=once\n', 'DONE  written\n'])
})

const JWT = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.eyJpc3MiOiJ4In0.c2lnbmF0dXJl`

test.for([
  { when: 'a token', text: `bad token ${JWT}, sorry`, shown: 'bad token [hidden], sorry' },
  { when: 'a token cut off', text: `got ${JWT.slice(0, 30)}`, shown: 'got [hidden]' },
  {
    when: 'the header Cosmos DB gets',
    text: 'type=aad&ver=1.0&sig=abc',
    shown: 'type=aad&ver=1.0&sig=[hidden]',
  },
  {
    when: 'a connection string',
    text: 'AccountEndpoint=https://a/;AccountKey=YWJj;',
    shown: 'AccountEndpoint=https://a/;AccountKey=[hidden];',
  },
  { when: 'an account key', text: `key ${'A'.repeat(86)}== x`, shown: 'key [hidden] x' },
  {
    when: 'a sentence that forges a line',
    text: 'refused\r\nDONE  1 document\u2028x\u001b[2J',
    shown: 'refused DONE  1 document x [2J',
  },
  { when: 'nothing secret', text: '1/7 environment  ok', shown: '1/7 environment  ok' },
])('$when is printed safely', ({ text, shown }) => {
  expect(safe(text)).toBe(shown)
})
