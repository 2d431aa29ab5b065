import { expect, test } from 'vitest'
import { fixOf, told } from './evidence-text.ts'

const FIX = 'assign a role with this action at this scope'
const LOG = [
  '4/7 entra token  ok    oid=63cf',
  '5/7 cosmos       wait  403/5301  not yet  attempt=1',
  '  answer    Request blocked',
  `  fix       ${FIX}`,
  '5/7 cosmos       wait  403/5301  not yet  attempt=2',
  '5/7 cosmos       FAIL  403/5301  may not read',
  '  answer    Request blocked',
  `  fix       ${FIX}`,
  'FAIL  403/5301 at "cosmos"  exit=32',
]

test('a worker that gave up is told by its last block alone, and by the line its verdict adds', () => {
  const message = `exit 32: 403/5301 at "cosmos": may not read\nfix: ${FIX}\nanswer: Request blocked\n`
  expect(told(LOG, message)).toEqual({
    log: [LOG[0], ...LOG.slice(5)],
    verdict: 'exit 32: 403/5301 at "cosmos": may not read',
  })
})

test('a log that waits and has not failed is whole', () => {
  const waiting = LOG.slice(0, 3)
  expect(told(waiting, undefined)).toEqual({ log: waiting })
})

test('the last lines of a log as termination message are not said twice', () => {
  const log = ['starting', 'TypeError: x is not a function', '    at main.js:1']
  expect(told(log, 'TypeError: x is not a function\n    at main.js:1')).toEqual({ log })
})

test('a verdict without a log is whole, and a long log is its end', () => {
  expect(told([], 'AADSTS700213: no match\n')).toEqual({
    log: [],
    verdict: 'AADSTS700213: no match',
  })
  const log = Array.from({ length: 40 }, (_, index) => `line ${index}`)
  expect(told(log, undefined).log).toEqual(log.slice(-20))
})

test.for([
  { where: 'the log', told: { log: ['5/7 cosmos       FAIL', `  fix       ${FIX}`] }, fix: FIX },
  { where: 'the verdict', told: { log: [], verdict: `exit 32: no role\nfix: ${FIX}` }, fix: FIX },
  {
    where: 'a log of JSON',
    told: { log: [JSON.stringify({ status: 'fail', fix: FIX })] },
    fix: FIX,
  },
  { where: 'several attempts', told: { log: ['  fix       old', `  fix       ${FIX}`] }, fix: FIX },
  {
    where: 'no line',
    told: { log: ['fixing it', '{"status":"fail"', 'a fix: b'] },
    fix: undefined,
  },
])('what to do is found in $where', ({ told: said, fix }) => {
  expect(fixOf(said)).toBe(fix)
})
