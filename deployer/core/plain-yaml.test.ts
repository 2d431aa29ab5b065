import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DeployError } from './errors.ts'
import { readPlainYaml } from './plain-yaml.ts'
import { parseYaml } from './yaml.ts'

/** What the whole parser reads, or `wrong`. */
function whole(text: string): unknown {
  try {
    return parseYaml({ name: 'x', text }, 'ERR_MANIFEST').map(({ document, place }) => ({
      value: document.toJS() as unknown,
      line: Number(place.slice(2)),
    }))
  } catch (error) {
    if (error instanceof DeployError) return 'wrong'
    throw error
  }
}

test.for([
  { what: 'nested maps', text: 'a:\n  b:\n    c: d\n  e: f\n' },
  { what: 'lists below a key, indented or not', text: 'a:\n- b\n- c: d\n  e:\n  - f\ng:\n  - h\n' },
  { what: 'several documents', text: '---\n# first\na: 1\n---\n\n---\nb: 2\n' },
  { what: 'numbers and strings like them', text: 'a: 8080\nb: 1.5\nc: 100m\nd: v1\ne: -3\nf: 0\n' },
  { what: 'true, false and null', text: 'a: true\nb: false\nc: null\nd:\ne: # later\n' },
  { what: 'quoted strings', text: `a: "x: #\\n\\"y\\""\nb: 'it''s: #'\nc: "8080" # port\nd: ""\n` },
  { what: 'comments', text: '# a\na: b # c\n   # d\ne: f#g\n' },
  { what: 'literal blocks', text: 'a: |\n  #!/bin/sh\n\n    x: y\n\nb: |-\n  z\n\nc: d\n' },
  { what: 'a literal block in a list', text: 'a:\n- |\n  x\n- w: |-\n    z\n  u: v\n' },
  { what: 'JSON lists of one line', text: 'a: ["b", 1, true]\nc: []\nd: {}\ne:\n- ["x"]\n' },
  {
    what: 'addresses, paths and flags',
    text: 'a: https://x/y?z=1#f\nb: /a/b\nc:\n- --d=e\n- -f\n',
  },
])('$what are read plainly, as the whole parser reads them', ({ text }) => {
  const plain = readPlainYaml(text)
  expect(plain).toBeDefined()
  expect(plain).toStrictEqual(whole(text))
})

test.for([
  { what: 'an anchor', text: 'a: &x 1\nb: *x\n' },
  { what: 'a tag', text: 'a: !!str 1\n' },
  { what: 'a key written twice', text: 'a: 1\na: 2\n' },
  { what: 'a merge key', text: 'a:\n  <<: b\n' },
  { what: 'a folded block', text: 'a: >\n  b\n' },
  { what: 'a scalar of several lines', text: 'a: b\n  c\n' },
  { what: 'a map in braces', text: 'a: {b: c}\n' },
  { what: 'an unquoted word that is a boolean for kubectl', text: 'a: yes\n' },
  { what: 'a letter that is a boolean for kubectl', text: 'a: y\n' },
  { what: 'a key that is a boolean for kubectl', text: 'n: 1\n' },
  { what: 'a digest that looks like a number', text: 'a: 12e4567\n' },
  { what: 'an octal number', text: 'a: 0644\n' },
  { what: 'a number that is written in an unusual way', text: 'a: 1e3\n' },
  { what: 'a tab', text: 'a:\tb\n' },
  { what: 'a mark of byte order', text: '\u{feff}a: b\n' },
  {
    what: 'a line that is neither deeper nor at the level of a key',
    text: 'a:\n    b: c\n  d: e\n',
  },
  { what: 'a value with a colon', text: 'a: b: c\n' },
  { what: 'a prototype', text: '__proto__:\n  a: b\n' },
  { what: 'no map', text: '- a\n' },
])('$what is left to the whole parser', ({ text }) => {
  expect(readPlainYaml(text)).toBeUndefined()
})

test('every YAML file of the project is plain or left to the whole parser, and read the same', () => {
  const files = readdirSync('manifests', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join('manifests', name), 'utf8'))
  const plain = files.filter((text) => readPlainYaml(text) !== undefined)
  expect(plain.map(readPlainYaml)).toStrictEqual(plain.map(whole))
  expect(plain.length).toBeGreaterThan(files.length / 2)
})

test('thousands of random files are read as the whole parser reads them, or left to it', () => {
  const random = randomFrom(20_261)
  let plain = 0
  for (let round = 0; round < 6_000; round += 1) {
    const text = randomText(random)
    const read = readPlainYaml(text)
    if (read === undefined) continue
    plain += 1
    expect(read, text).toStrictEqual(whole(text))
  }
  // else it would have proved nothing
  expect(plain).toBeGreaterThan(600)
})

const SCALARS = [
  'a|b c|true|no|Null|~|0|00|-0|1|-1|+1|0.50|1.5|1.|.5|1e3|0x1f|0o17|0b11|0bff|0B10|017|1_000|12:30|2026-01-01|.inf|.nan|-.INF|10Mi',
  '1.2.3.4|"q"|"q\\n"|"q\\x41"|\'s\'|\'s\'\'t\'|"a" b|"|\'|[]|[ ]|{}|["a"]|["a", 1]|[a]|[1.0]|[-0]|["a",]|{"a": 1}',
  '{a: b}|>|>-|&a b|*a|!t b|- a|-|--- a|---|...|a: b|a:|:a|a#b|a #b|#b|%a|@a|`a|a,b|(a)|$(a)|/a|--a=b|?|? a|é|ü é|😀',
]
  .flatMap((line) => line.split('|'))
  .concat('|', '|-', '|+', '|2')
const KEYS = [
  'a',
  'b',
  'c',
  'd.e/f',
  'on',
  'null',
  '1',
  '"q"',
  "'s'",
  'x y',
  '<<',
  '__proto__',
  '?',
]
const INDENTS = [0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 6]

/** Lines put together at random: mostly right, now and then not. */
function randomText(random: () => number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const usually = <T>(usual: T, others: readonly T[]): T => (random() < 0.7 ? usual : pick(others))
  let [indent, text] = [0, '']
  const lines = 1 + Math.floor(random() * 7)
  for (let line = 0; line < lines; line += 1) {
    const key = usually(`k${line}`, KEYS)
    const scalar = random() < 0.6 ? pick(SCALARS.slice(0, 2)) : pick(SCALARS)
    const shape = pick(['pair', 'pair', 'pair', 'parent', 'parent', 'item', 'item map', 'other'])
    const made: Readonly<Record<string, string>> = {
      pair: `${key}: ${scalar}`,
      parent: `${key}:`,
      item: `- ${scalar}`,
      'item map': `- ${key}: ${scalar}`,
      other: pick(['# c', '', '   ', '---', scalar, `${key} : ${scalar}`, `${key}:${scalar}`]),
    }
    text += `${' '.repeat(indent)}${made[shape]}${pick(['', '', '', ' ', ' # c'])}\n`
    const deeper = shape === 'parent' || shape === 'item map' ? indent + 2 : indent
    indent = usually(deeper, INDENTS)
  }
  return random() < 0.05 ? text.trimEnd() : text
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
