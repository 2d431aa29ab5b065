import { expect, test } from 'vitest'
import { heardIn } from './waiting-line.ts'

test.for([
  {
    when: 'a link is tried again',
    line: '3/7 exchange     wait  AADSTS700213  no credential has this subject; perhaps still propagating  attempt=2  next_in=1.6s  gives_up_in=57.1s',
    heard: {
      reason: 'exchange: AADSTS700213 no credential has this subject; perhaps still propagating',
    },
  },
  {
    when: 'it says what to do',
    line: '  fix       compare subject letter by letter',
    heard: { fix: 'compare subject letter by letter' },
  },
  {
    when: 'the log is JSON',
    line: '{"ts":"2026-01-01T00:00:00Z","level":"warn","step":"cosmos","status":"wait","code":"403/5301","message":"no role","attempt":1,"fix":"assign one"}',
    heard: { reason: 'cosmos: 403/5301 no role', fix: 'assign one' },
  },
  { when: 'a link holds', line: '1/7 environment  ok    client_id=x', heard: {} },
  { when: 'a link holds, in JSON', line: '{"step":"cosmos","status":"ok"}', heard: {} },
  { when: 'another program speaks', line: 'please wait  attempt=1', heard: {} },
  { when: 'a line is cut off', line: '{"status":"wait', heard: {} },
])('what is heard when $when', ({ line, heard }) => {
  expect(heardIn(line)).toEqual(heard)
})
