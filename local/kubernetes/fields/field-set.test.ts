import { describe, expect, test } from 'vitest'
import {
  difference,
  EMPTY_SET,
  fieldSet,
  fromFieldsV1,
  has,
  intersection,
  isEmptySet,
  leaves,
  paths,
  pathText,
  recursiveDifference,
  sameSet,
  toFieldsV1,
  union,
} from './field-set.ts'

const KEY = 'k:{"name":"web"}'
const set = fieldSet(
  ['f:data', 'f:a'],
  ['f:spec', 'f:containers', KEY],
  ['f:spec', 'f:containers', KEY, 'f:image'],
)

describe('the wire format', () => {
  test('says by a dot that an element is owned itself, and sorts', () => {
    expect(JSON.stringify(toFieldsV1(set))).toBe(
      '{"f:data":{"f:a":{}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"web\\"}":{".":{},"f:image":{}}}}}',
    )
  })

  test('reads back what it wrote', () => {
    expect(sameSet(fromFieldsV1(toFieldsV1(set)), set)).toBe(true)
  })

  test('drops elements of a kind nobody knows', () => {
    expect(toFieldsV1(fromFieldsV1({ 'f:a': {}, 'x:b': {}, 'k:oops': {} }))).toEqual({ 'f:a': {} })
  })
})

describe('sets of paths', () => {
  const a = ['f:a']
  const ab = ['f:a', 'f:b']
  const c = ['f:c']

  test('a parent is not its children, and the other way round', () => {
    expect(has(fieldSet(ab), a)).toBe(false)
    expect(paths(difference(fieldSet(a, ab), fieldSet(a)))).toEqual([ab])
    expect(paths(difference(fieldSet(a, ab), fieldSet(ab)))).toEqual([a])
  })

  test('a recursive difference takes what is below too', () => {
    expect(paths(recursiveDifference(fieldSet(a, ab, c), fieldSet(a)))).toEqual([c])
  })

  test('union and intersection go path by path', () => {
    expect(paths(union(fieldSet(a), fieldSet(ab, c)))).toEqual([a, c, ab])
    expect(paths(intersection(fieldSet(a, c), fieldSet(ab, c)))).toEqual([c])
  })

  test('leaves are paths that none goes on from', () => {
    expect(paths(leaves(fieldSet(a, ab, c)))).toEqual([c, ab])
  })

  test('the empty path is nobody’s', () => {
    expect(isEmptySet(fieldSet([]))).toBe(true)
    expect(has(EMPTY_SET, [])).toBe(false)
  })

  test('a path reads as the server shows it', () => {
    expect(paths(set).map(pathText)).toEqual([
      '.data.a',
      '.spec.containers[name="web"]',
      '.spec.containers[name="web"].image',
    ])
  })
})
