import { expect, test } from 'vitest'
import { podSample } from '../../bench/in-cluster/sample.ts'
import { momentOfEvent } from '../../smoke/event-moment.ts'

const LOG = `2026-11-28T05:00:00.900000000Z keyless-cosmos 0.1.0
2026-11-28T05:00:01.250000001Z 6/7 write        ok    201
2026-11-28T05:00:01.300000000Z BENCH {"startedAt":${Date.parse('2026-11-28T05:00:00.750Z')},"cpuMs":120.5,"rssMiB":70}
`

test('a sample runs from the scheduler and from the process to the written item', () => {
  expect(podSample(Date.parse('2026-11-28T05:00:00Z'), LOG)).toEqual({
    scheduledToWrittenMs: 1_250,
    startedToWrittenMs: 500,
    cpuMs: 120.5,
    rssMiB: 70,
  })
})

test('a worker that did not write is no sample', () => {
  expect(() => podSample(0, LOG.replace('ok', 'FAIL'))).toThrow('nothing was written')
})

test('the name of an event holds the moment it was made', () => {
  expect(momentOfEvent('demo.18b4a92c7d2f6e80')).toBe(1780233761262.104)
})
