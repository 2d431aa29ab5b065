import { describe, expect, test } from 'vitest'
import { Refusal } from '../errors.ts'
import type { Json, JsonObject } from '../store/json.ts'
import { isLike } from './like.ts'
import { prepareQuery } from './prepare.ts'

const ITEMS: readonly JsonObject[] = [
  { id: '1', name: 'Ted', age: 45, club: { name: 'AFC', tags: ['a', 'b'] }, active: true },
  { id: '2', name: 'Roy', age: 40, club: { name: 'AFC' }, active: false, note: null },
  { id: '3', name: 'Keeley', age: '35', tags: [{ n: 1, m: 2 }], 'a b': 1 },
  { id: '4', age: 50, order: 1, quote: 'it\'s "x"' },
]

function run(text: string, parameters: Readonly<Record<string, Json>> = {}): readonly Json[] {
  const query = prepareQuery(text, new Map(Object.entries(parameters)))
  if (query.kind === 'whole') return query.rows(ITEMS)
  return ITEMS.map(query.row)
    .filter((row) => row !== undefined)
    .slice(0, query.top)
}

/** Ids of the items a condition lets through. */
const WHERE: readonly { readonly where: string; readonly ids: string }[] = [
  { where: "c.id = '1'", ids: '1' },
  { where: 'c.id = "1"', ids: '1' },
  { where: "c['id'] = '1'", ids: '1' },
  { where: "c.club.name = 'AFC'", ids: '12' },
  { where: "c.club.tags[1] = 'b'", ids: '1' },
  { where: 'c.age > 40', ids: '14' },
  { where: 'c.age >= 40', ids: '124' },
  { where: 'c.age < 45', ids: '2' },
  { where: 'c.age != 45', ids: '24' },
  { where: 'c.age <> 45', ids: '24' },
  { where: '45 = c.age', ids: '1' },
  // Different types cannot be compared: not equal, and not unequal either.
  { where: "c.age = '45'", ids: '' },
  { where: "c.age != '45'", ids: '3' },
  { where: 'NOT (c.age = 45)', ids: '24' },
  { where: 'c.missing = 1', ids: '' },
  { where: 'c.missing != 1', ids: '' },
  { where: 'NOT (c.missing = 1)', ids: '' },
  { where: 'c.missing = undefined', ids: '' },
  { where: 'c.note = null', ids: '2' },
  { where: 'c.active', ids: '1' },
  { where: 'NOT c.active', ids: '2' },
  { where: 'c.name', ids: '' },
  { where: 'NOT NOT c.active', ids: '1' },
  { where: 'true', ids: '1234' },
  { where: 'c.missing OR true', ids: '1234' },
  { where: 'c.missing AND false', ids: '' },
  { where: 'NOT (c.missing AND false)', ids: '1234' },
  { where: 'NOT (c.missing OR false)', ids: '' },
  { where: "c.id = '1' OR c.id = '2' AND c.age = 0", ids: '1' },
  { where: "(c.id = '1' OR c.id = '2') AND c.age = 40", ids: '2' },
  { where: "c.id IN ('1', '3', 4)", ids: '13' },
  { where: "c.id NOT IN ('1', '3')", ids: '24' },
  { where: 'c.missing NOT IN (1)', ids: '' },
  { where: 'c.id IN (1, 2)', ids: '' },
  { where: 'c.id NOT IN (1, 2)', ids: '1234' },
  { where: 'c.age BETWEEN 40 AND 45', ids: '12' },
  { where: 'c.age NOT BETWEEN 40 AND 45', ids: '4' },
  { where: 'c.age BETWEEN 40 AND 45 AND c.active', ids: '1' },
  { where: "c.name LIKE '%e%'", ids: '13' },
  { where: "c.name LIKE '_o_'", ids: '2' },
  { where: "c.name NOT LIKE 'T%'", ids: '23' },
  { where: 'IS_DEFINED(c.note)', ids: '2' },
  { where: 'NOT IS_DEFINED(c.name)', ids: '4' },
  { where: "STARTSWITH(c.name, 'T', c.missing)", ids: '' },
  { where: "IS_DEFINED(STARTSWITH(c.name, 'T', undefined))", ids: '' },
  { where: 'IS_NULL(c.note)', ids: '2' },
  { where: 'is_string(c.age)', ids: '3' },
  { where: "STARTSWITH(c.name, 'T')", ids: '1' },
  { where: "STARTSWITH(c.name, 't', true)", ids: '1' },
  { where: "ENDSWITH(c.name, 'y')", ids: '23' },
  { where: "CONTAINS(c.name, 'EE', true)", ids: '3' },
  { where: "CONTAINS(c.name, 'EE')", ids: '' },
  { where: "LOWER(c.name) = 'roy' OR UPPER(c.name) = 'TED'", ids: '12' },
  { where: 'LENGTH(c.name) > 3', ids: '3' },
  { where: "CONCAT(c.name, '-', c.id) = 'Ted-1'", ids: '1' },
  { where: "ARRAY_CONTAINS(c.club.tags, 'a')", ids: '1' },
  { where: 'ARRAY_CONTAINS(c.tags, {"m": 2, "n": 1})', ids: '3' },
  { where: 'ARRAY_LENGTH(c.club.tags) = 2', ids: '1' },
  { where: 'c.tags = [{"m": 2, n: 1}]', ids: '3' },
  { where: "c['a b'] = 1 -- a comment", ids: '3' },
  { where: "c['order'] = 1", ids: '4' },
  { where: "c.quote = 'it\\'s \"x\"'", ids: '4' },
  { where: 'c.quote = \'it\\u0027s "x"\'', ids: '4' },
  { where: 'c.age > -1', ids: '124' },
  // Own properties only: no item has a constructor.
  { where: 'IS_DEFINED(c.constructor) OR IS_DEFINED(c.club.toString)', ids: '' },
  { where: 'IS_DEFINED(c["__proto__"])', ids: '' },
]

test.for(WHERE)('WHERE $where lets "$ids" through', ({ where, ids }) => {
  expect(run(`SELECT VALUE c.id FROM c WHERE ${where}`).map(String).join('')).toBe(ids)
})

test.for<{ readonly query: string; readonly rows: readonly Json[] }>([
  { query: "SELECT c.id, c.club.name FROM c WHERE c.id = '1'", rows: [{ id: '1', name: 'AFC' }] },
  { query: "SELECT c.id AS key, c.missing FROM c WHERE c.id = '1'", rows: [{ key: '1' }] },
  { query: "SELECT c.id other FROM c WHERE c.id = '1'", rows: [{ other: '1' }] },
  { query: "SELECT LOWER(c.name), 1 FROM c WHERE c.id = '1'", rows: [{ $1: 'ted', $2: 1 }] },
  { query: "SELECT c FROM c WHERE c.id = '4'", rows: [{ c: ITEMS[3] ?? null }] },
  { query: "SELECT * FROM items WHERE items.id = '4'", rows: [ITEMS[3] ?? null] },
  { query: "SELECT * FROM items AS i WHERE i.id = '4'", rows: [ITEMS[3] ?? null] },
  {
    query: "select value {'k': c.id, \"n\": c.missing} from c where c.id = '1'",
    rows: [{ k: '1' }],
  },
  {
    query: 'SELECT VALUE [c.id, c.missing, 1] FROM c ORDER BY c.id DESC',
    rows: [
      ['4', 1],
      ['3', 1],
      ['2', 1],
      ['1', 1],
    ],
  },
  { query: 'SELECT VALUE c.name FROM c', rows: ['Ted', 'Roy', 'Keeley'] },
  { query: 'SELECT TOP 2 VALUE c.id FROM c', rows: ['1', '2'] },
  { query: 'SELECT TOP 0 VALUE c.id FROM c', rows: [] },
  { query: 'SELECT VALUE c.id FROM c ORDER BY c.name', rows: ['4', '3', '2', '1'] },
  { query: 'SELECT VALUE c.id FROM c ORDER BY c.age ASC', rows: ['2', '1', '4', '3'] },
  { query: 'SELECT TOP 1 VALUE c.id FROM c ORDER BY c.age DESC', rows: ['3'] },
  { query: 'SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2', rows: ['2', '3'] },
  { query: 'SELECT VALUE c.id FROM c ORDER BY c.id DESC OFFSET 3 LIMIT 2', rows: ['1'] },
  { query: 'SELECT DISTINCT VALUE c.club.name FROM c', rows: ['AFC'] },
  { query: 'SELECT DISTINCT c.club.name FROM c', rows: [{ name: 'AFC' }, {}] },
  { query: 'SELECT VALUE COUNT(1) FROM c', rows: [4] },
  { query: 'SELECT VALUE COUNT(c.name) FROM c', rows: [3] },
  { query: 'SELECT VALUE COUNT(1) FROM c WHERE false', rows: [0] },
  { query: 'SELECT VALUE SUM(c.age) FROM c WHERE IS_NUMBER(c.age)', rows: [135] },
  { query: 'SELECT VALUE SUM(c.age) FROM c', rows: [] },
  { query: 'SELECT VALUE AVG(c.age) FROM c WHERE c.age != 45', rows: [45] },
  { query: 'SELECT VALUE AVG(c.age) FROM c WHERE false', rows: [] },
  { query: 'SELECT VALUE MIN(c.age) FROM c', rows: [40] },
  { query: 'SELECT VALUE MAX(c.age) FROM c', rows: ['35'] },
  { query: 'SELECT VALUE MAX(c.club) FROM c', rows: [] },
])('$query gives $rows', ({ query, rows }) => {
  expect(run(query)).toEqual(rows)
})

test('parameters stand for values of any type, and for counts', () => {
  const parameters = { '@id': '2', '@n': 1, '@list': ['a', 'b'] }
  expect(run('SELECT VALUE c.id FROM c WHERE c.id = @id', parameters)).toEqual(['2'])
  expect(run('SELECT VALUE c.id FROM c OFFSET @n LIMIT @n', parameters)).toEqual(['2'])
  expect(run('SELECT VALUE c.id FROM c WHERE c.club.tags = @list', parameters)).toEqual(['1'])
  expect(
    run('SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@list, "a") AND c.id = @id', parameters),
  ).toEqual(['2'])
})

test('a condition may have thousands of parts', () => {
  const parts = 'c.missing = 1 OR '.repeat(20_000)
  expect(run(`SELECT VALUE c.id FROM c WHERE ${parts} c.id = '1'`)).toEqual(['1'])
})

describe('refusals', () => {
  test.for<{ readonly query: string; readonly code: string; readonly says: string }>([
    { query: '', code: 'SC1002', says: 'unexpected end-of-file' },
    { query: 'SELECTT * FROM c', code: 'SC1001', says: "incorrect syntax near 'SELECTT'" },
    { query: 'SELECT * FROM c WHERE', code: 'SC1002', says: 'unexpected end-of-file' },
    { query: 'SELECT * FROM c WHERE c.id =', code: 'SC1002', says: 'unexpected end-of-file' },
    {
      query: 'SELECT * FROM c WHERE c.Group = 1',
      code: 'SC1001',
      says: "incorrect syntax near 'Group'",
    },
    { query: 'SELECT * FROM c WHERE c.id = "a', code: 'SC1001', says: 'incorrect syntax near' },
    { query: 'SELECT * FROM c; DROP', code: 'SC1001', says: "incorrect syntax near ';'" },
    {
      query: 'SELECT * FROM c WHERE c.id NOT 1',
      code: 'SC1001',
      says: "incorrect syntax near '1'",
    },
    {
      query: 'SELECT * FROM c WHERE x.id = 1',
      code: 'SC2001',
      says: "Identifier 'x' could not be resolved.",
    },
    {
      query: 'SELECT * FROM c WHERE c.id = @none',
      code: 'SC2001',
      says: "Identifier '@none' could not be resolved.",
    },
    {
      query: 'SELECT * FROM c WHERE FOO(c.id)',
      code: 'SC2005',
      says: "'FOO' is not a recognized built-in function name.",
    },
    { query: 'SELECT 1', code: 'SC1001', says: 'A query without FROM is not supported' },
    { query: 'SELECT * FROM c JOIN t IN c.tags', code: 'SC1001', says: 'JOIN is not supported' },
    { query: 'SELECT * FROM t IN c.tags', code: 'SC1001', says: 'FROM … IN is not supported' },
    {
      query: 'SELECT * FROM c.tags',
      code: 'SC1001',
      says: 'FROM a part of the items is not supported',
    },
    {
      query: 'SELECT c.name FROM c GROUP BY c.name',
      code: 'SC1001',
      says: 'GROUP BY is not supported',
    },
    {
      query: 'SELECT * FROM c ORDER BY c.a, c.b',
      code: 'SC1001',
      says: 'ORDER BY several properties is not supported',
    },
    {
      query: 'SELECT * FROM c ORDER BY LOWER(c.a)',
      code: 'SC1001',
      says: 'ORDER BY anything but a property path',
    },
    {
      query: 'SELECT * FROM c WHERE c.a + 1 = 2',
      code: 'SC1001',
      says: 'The operator + is not supported',
    },
    {
      query: 'SELECT * FROM c WHERE c.a = c.b ?? 1',
      code: 'SC1001',
      says: 'The operator ?? is not supported',
    },
    {
      query: 'SELECT * FROM c WHERE EXISTS(SELECT VALUE 1)',
      code: 'SC1001',
      says: 'EXISTS is not supported',
    },
    { query: 'SELECT * FROM c WHERE udf.f(c)', code: 'SC1001', says: 'UDF is not supported' },
    {
      query: 'SELECT COUNT(1) AS n FROM c',
      code: 'SC1001',
      says: 'COUNT anywhere but as SELECT VALUE COUNT(…)',
    },
    {
      query: 'SELECT TOP 1 VALUE COUNT(1) FROM c',
      code: 'SC1001',
      says: 'An aggregate with DISTINCT, TOP, ORDER BY or OFFSET',
    },
    {
      query: "SELECT * FROM c WHERE c.a LIKE '[a-c]%'",
      code: 'SC1001',
      says: 'LIKE with a character class is not supported',
    },
    {
      query: "SELECT * FROM c WHERE c.a LIKE 'a!%' ESCAPE '!'",
      code: 'SC1001',
      says: 'LIKE with ESCAPE is not supported',
    },
    {
      query: 'SELECT * FROM c WHERE c.a LIKE c.b',
      code: 'SC1001',
      says: 'LIKE with a pattern that is no constant',
    },
    {
      query: 'SELECT * FROM c WHERE NOT c.age = 45',
      code: 'SC1001',
      says: 'NOT before a comparison without parentheses is not supported',
    },
    {
      query: "SELECT * FROM c WHERE NOT c.id IN ('1')",
      code: 'SC1001',
      says: 'NOT before a comparison without parentheses is not supported',
    },
    {
      query: `SELECT * FROM c WHERE c${'.a'.repeat(5000)} = 1`,
      code: 'SC1001',
      says: 'A path of more than 128 steps is not supported',
    },
    {
      query: 'SELECT TOP -1 * FROM c',
      code: 'SC1001',
      says: 'A count that is no number or parameter',
    },
    { query: 'SELECT TOP 1.5 * FROM c', code: 'SC1001', says: 'need a whole number' },
    { query: 'SELECT c.a, c.b AS a FROM c', code: 'SC1001', says: "Two columns called 'a'" },
    {
      query: `SELECT * FROM c WHERE ${'('.repeat(5000)}true${')'.repeat(5000)}`,
      code: 'SC1001',
      says: "incorrect syntax near '('",
    },
    {
      query: `SELECT * FROM c WHERE ${'NOT '.repeat(5000)}true`,
      code: 'SC1001',
      says: "incorrect syntax near 'NOT'",
    },
  ])('$query is refused with $code', ({ query, code, says }) => {
    const error = refusalOf(() => run(query))
    expect(error.status).toBe(400)
    const { errors } = JSON.parse(error.message.slice('Message: '.length)) as {
      errors: { code: string; message: string; severity: string; location: { start: number } }[]
    }
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({
      code,
      severity: 'Error',
      location: { start: expect.any(Number) },
    })
    expect(errors[0]?.message).toContain(says)
  })
})

test.for<{ readonly text: string; readonly pattern: string; readonly matches: boolean }>([
  { text: '', pattern: '', matches: true },
  { text: '', pattern: '%', matches: true },
  { text: 'a', pattern: '', matches: false },
  { text: 'abc', pattern: 'a%', matches: true },
  { text: 'abc', pattern: '%c', matches: true },
  { text: 'abc', pattern: '%b', matches: false },
  { text: 'abc', pattern: 'a_c', matches: true },
  { text: 'abc', pattern: '____', matches: false },
  { text: 'aXbXb', pattern: 'a%b', matches: true },
  { text: 'a.c', pattern: 'a.c', matches: true },
  { text: 'abc', pattern: 'a.c', matches: false },
  { text: `${'a'.repeat(5000)}b`, pattern: `${'%a'.repeat(50)}%c`, matches: false },
])('LIKE $pattern', ({ text, pattern, matches }) => {
  expect(isLike(text, pattern)).toBe(matches)
})

function refusalOf(call: () => unknown): Refusal {
  try {
    call()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('the query was not refused')
}
