import { expect, test } from 'vitest'
import {
  formatLine,
  parseLine,
  parseLogOptions,
  selectLines,
  showLine,
  splitLines,
} from './logs.ts'
import type { LogLine } from './logs.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')
const stamp = { time: '2026-11-23T09:59:58.000000000Z', stream: 'stdout' } as const

test.for([
  { query: '', options: {} },
  { query: 'follow=true&previous=false&timestamps=1', options: { follow: true, timestamps: true } },
  { query: 'tailLines=0', options: { tailLines: 0 } },
  { query: 'limitBytes=10', options: { limitBytes: 10 } },
  { query: 'sinceSeconds=5', options: { since: NOW - 5_000 } },
  { query: 'sinceTime=2026-11-23T09:00:00Z', options: { since: NOW - 3_600_000 } },
  { query: 'stream=Stderr', options: { stream: 'stderr' } },
  { query: 'stream=All&tailLines=1', options: { tailLines: 1 } },
])('the query "$query" asks for $options', ({ query, options }) => {
  expect(parseLogOptions(new URLSearchParams(query), NOW)).toEqual({
    follow: false,
    previous: false,
    timestamps: false,
    ...options,
  })
})

test.for([
  'tailLines=-1',
  'tailLines=x',
  'limitBytes=0',
  'sinceSeconds=0',
  'sinceTime=yesterday',
  'sinceSeconds=1&sinceTime=2026-11-23T09:00:00Z',
  'stream=Stdin',
  'stream=constructor',
  'stream=Stdout&tailLines=1',
])('the query "%s" is refused', (query) => {
  expect(parseLogOptions(new URLSearchParams(query), NOW)).toBeUndefined()
})

test('a line is stored and read back as it was', () => {
  const line: LogLine = { ...stamp, partial: false, text: ' two  words ' }
  expect(formatLine(line)).toBe('2026-11-23T09:59:58.000000000Z stdout F  two  words \n')
  expect(parseLine(formatLine(line).slice(0, -1))).toEqual(line)
})

test.for(['', 'half', '2026-11-23T09:59:58Z stdout'])('"%s" is no line', (text) => {
  expect(parseLine(text)).toBeUndefined()
})

test('output is cut at newlines and the rest waits for its own', () => {
  const { lines, rest } = splitLines(Buffer.from('one\n\ntwo\nthr'), stamp)
  expect(lines.map(({ text }) => text)).toEqual(['one', '', 'two'])
  expect(rest.toString()).toBe('thr')
})

test('a long line is stored in parts of 16 KiB', () => {
  const { lines, rest } = splitLines(Buffer.from(`${'x'.repeat(20_000)}\ny`), stamp)
  expect(lines.map(({ text, partial }) => [text.length, partial])).toEqual([
    [16_384, true],
    [3_616, false],
  ])
  expect(rest.toString()).toBe('y')
})

test('a long line is not cut inside a letter', () => {
  const written = `x${'é'.repeat(20_000)}`
  const { lines, rest } = splitLines(Buffer.from(`${written}\n`), stamp)
  expect(lines.map(({ text }) => text).join('') + rest.toString()).toBe(written)
  expect(lines.every(({ text }) => Buffer.byteLength(text) <= 16_384)).toBe(true)
})

const lines: readonly LogLine[] = [0, 1, 2, 3].map((second) => ({
  time: `2026-11-23T09:59:5${second}.000000000Z`,
  stream: second === 2 ? 'stderr' : 'stdout',
  partial: false,
  text: String(second),
}))

test.for([
  { options: {}, texts: '0123' },
  { options: { tailLines: 2 }, texts: '23' },
  { options: { tailLines: 0 }, texts: '' },
  { options: { tailLines: 9 }, texts: '0123' },
  { options: { since: NOW - 8_000 }, texts: '23' },
  { options: { tailLines: 3, since: NOW - 7_500 }, texts: '3' },
  { options: { stream: 'stderr' as const }, texts: '2' },
])('$options selects the lines $texts', ({ options, texts }) => {
  expect(
    selectLines(lines, options)
      .map(({ text }) => text)
      .join(''),
  ).toBe(texts)
})

test('the parts of a line are shown as one, with one timestamp', () => {
  const part = { ...stamp, text: 'x' }
  const timestamps = true
  expect(showLine({ ...part, partial: true }, { timestamps, continues: false })).toBe(
    '2026-11-23T09:59:58.000000000Z x',
  )
  expect(showLine({ ...part, partial: false }, { timestamps, continues: true })).toBe('x\n')
})
