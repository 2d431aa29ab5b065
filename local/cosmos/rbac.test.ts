import { describe, expect, test } from 'vitest'
import { parseAccount } from './account.ts'
import { DATA_ACTIONS, expandDataAction } from './data-action.ts'
import { authorize, findAssignment } from './rbac.ts'
import { covers, parseScope, resourceName } from './scope.ts'
import type { Scope } from './scope.ts'

const ID = '/subscriptions/s/resourceGroups/RG/providers/Microsoft.DocumentDB/databaseAccounts/acct'

describe('scopes', () => {
  test.for<{ readonly declared: string; readonly is: Scope | undefined }>([
    { declared: '/', is: {} },
    { declared: ID, is: {} },
    { declared: `${ID}/`, is: {} },
    { declared: '/dbs/d', is: { database: 'd' } },
    { declared: `${ID}/dbs/d`, is: { database: 'd' } },
    { declared: `${ID}/dbs/d/colls/c`, is: { database: 'd', container: 'c' } },
    // The CLI writes resourcegroups; ARM compares its part without regard to case.
    { declared: `${ID.replace('resourceGroups', 'resourcegroups')}/dbs/d`, is: { database: 'd' } },
    { declared: `${ID.toUpperCase()}/dbs/D`, is: { database: 'D' } },
    // The resource's own ARM id is not a data-plane scope.
    { declared: `${ID}/sqlDatabases/d/containers/c`, is: undefined },
    { declared: `${ID}2/dbs/d`, is: undefined },
    { declared: `${ID}x`, is: undefined },
    { declared: '/dbs/d/', is: undefined },
    { declared: '/dbs/d/colls', is: undefined },
    { declared: '/dbs/d/colls/c/docs/i', is: undefined },
    { declared: '/DBS/d', is: undefined },
    { declared: 'dbs/d', is: undefined },
    { declared: '', is: undefined },
    { declared: '//', is: undefined },
  ])('"$declared" is $is', ({ declared, is }) => {
    expect(parseScope(declared, ID)).toEqual(is)
  })

  test.for<{ readonly outer: string; readonly inner: string; readonly yes: boolean }>([
    { outer: '/', inner: '/', yes: true },
    { outer: '/', inner: '/dbs/d/colls/c', yes: true },
    { outer: '/dbs/d', inner: '/dbs/d', yes: true },
    { outer: '/dbs/d', inner: '/dbs/d/colls/c', yes: true },
    { outer: '/dbs/d', inner: '/', yes: false },
    { outer: '/dbs/d', inner: '/dbs/D', yes: false },
    { outer: '/dbs/d', inner: '/dbs/dd/colls/c', yes: false },
    { outer: '/dbs/d/colls/c', inner: '/dbs/d', yes: false },
    { outer: '/dbs/d/colls/c', inner: '/dbs/d/colls/C', yes: false },
    { outer: '/dbs/d/colls/c', inner: '/dbs/e/colls/c', yes: false },
  ])('$outer covers $inner: $yes', ({ outer, inner, yes }) => {
    expect(covers(parseScope(outer, ID) ?? {}, parseScope(inner, ID) ?? {})).toBe(yes)
  })

  test('a scope is printed as in a 403', () => {
    expect(resourceName({})).toBe('/')
    expect(resourceName({ database: 'd' })).toBe('dbs/d')
    expect(resourceName({ database: 'd', container: 'c' })).toBe('dbs/d/colls/c')
  })
})

const P = 'Microsoft.DocumentDB/databaseAccounts/'
const C = `${P}sqlDatabases/containers/`

test.for<{ readonly declared: string; readonly grants: number | 'nothing, it is refused' }>([
  { declared: `${P}readMetadata`, grants: 1 },
  { declared: `${C}items/create`, grants: 1 },
  { declared: `${C}items/CREATE`, grants: 1 },
  { declared: `${C}items/*`, grants: 6 },
  { declared: `${C}*`, grants: 4 },
  { declared: `${P}*`, grants: 'nothing, it is refused' },
  { declared: '*', grants: 'nothing, it is refused' },
  { declared: `${P}sqlDatabases/*`, grants: 'nothing, it is refused' },
  { declared: `${C}items/re*`, grants: 'nothing, it is refused' },
  { declared: `${C}items/write`, grants: 'nothing, it is refused' },
  { declared: `${P}read`, grants: 'nothing, it is refused' },
])('the data action $declared grants $grants', ({ declared, grants }) => {
  expect(expandDataAction(declared)?.length ?? 'nothing, it is refused').toBe(grants)
})

const ME = 'aaaaaaaa-0000-4000-8000-000000000001'
const OTHER = 'aaaaaaaa-0000-4000-8000-000000000002'
const READER = '00000000-0000-0000-0000-000000000001'
const CONTRIBUTOR = '00000000-0000-0000-0000-000000000002'
const CUSTOM = 'bbbbbbbb-0000-4000-8000-000000000001'

interface Row {
  readonly when: string
  readonly role?: string
  readonly dataActions?: readonly string[]
  readonly holder?: string
  readonly scope: string
  readonly action: keyof typeof DATA_ACTIONS
  readonly on: string
  readonly allowed: boolean
}

test.for<Row>([
  {
    when: 'reader at the account',
    role: READER,
    scope: '/',
    action: 'readItem',
    on: '/dbs/d/colls/c',
    allowed: true,
  },
  {
    when: 'reader at the account',
    role: READER,
    scope: '/',
    action: 'executeQuery',
    on: '/dbs/d/colls/c',
    allowed: true,
  },
  {
    when: 'reader at the account',
    role: READER,
    scope: '/',
    action: 'createItem',
    on: '/dbs/d/colls/c',
    allowed: false,
  },
  {
    when: 'reader at the account',
    role: READER,
    scope: '/',
    action: 'unmaskItem',
    on: '/dbs/d/colls/c',
    allowed: false,
  },
  {
    when: 'contributor at the account',
    role: CONTRIBUTOR,
    scope: '/',
    action: 'deleteItem',
    on: '/dbs/d/colls/c',
    allowed: true,
  },
  {
    when: 'contributor at the account',
    role: CONTRIBUTOR,
    scope: '/',
    action: 'unmaskItem',
    on: '/dbs/d/colls/c',
    allowed: true,
  },
  {
    when: 'contributor at the account',
    role: CONTRIBUTOR,
    scope: '/',
    action: 'manageConflicts',
    on: '/dbs/d/colls/c',
    allowed: true,
  },
  {
    when: 'contributor in a database',
    role: CONTRIBUTOR,
    scope: '/dbs/d',
    action: 'upsertItem',
    on: '/dbs/d/colls/c',
    allowed: true,
  },
  {
    when: 'contributor in a database',
    role: CONTRIBUTOR,
    scope: '/dbs/d',
    action: 'upsertItem',
    on: '/dbs/e/colls/c',
    allowed: false,
  },
  {
    when: 'contributor in a database',
    role: CONTRIBUTOR,
    scope: '/dbs/d',
    action: 'readMetadata',
    on: '/',
    allowed: false,
  },
  {
    when: 'contributor in a container',
    role: CONTRIBUTOR,
    scope: '/dbs/d/colls/c',
    action: 'readMetadata',
    on: '/dbs/d',
    allowed: false,
  },
  {
    when: 'contributor in a container',
    role: CONTRIBUTOR,
    scope: '/dbs/d/colls/c',
    action: 'readItem',
    on: '/dbs/d/colls/cc',
    allowed: false,
  },
  {
    when: 'containers/* alone',
    dataActions: [`${C}*`],
    scope: '/',
    action: 'executeQuery',
    on: '/dbs/d/colls/c',
    allowed: true,
  },
  {
    when: 'containers/* alone',
    dataActions: [`${C}*`],
    scope: '/',
    action: 'readItem',
    on: '/dbs/d/colls/c',
    allowed: false,
  },
  {
    when: 'items/* alone',
    dataActions: [`${C}items/*`],
    scope: '/',
    action: 'executeQuery',
    on: '/dbs/d/colls/c',
    allowed: false,
  },
  {
    when: 'items/* alone',
    dataActions: [`${C}items/*`],
    scope: '/',
    action: 'readMetadata',
    on: '/',
    allowed: false,
  },
  {
    when: 'upsert alone',
    dataActions: [`${C}items/upsert`],
    scope: '/',
    action: 'createItem',
    on: '/dbs/d/colls/c',
    allowed: false,
  },
  {
    when: 'somebody else has the role',
    role: CONTRIBUTOR,
    holder: OTHER,
    scope: '/',
    action: 'readItem',
    on: '/dbs/d/colls/c',
    allowed: false,
  },
  {
    when: 'the holder is written in upper case',
    role: READER,
    holder: ME.toUpperCase(),
    scope: '/',
    action: 'readItem',
    on: '/dbs/d/colls/c',
    allowed: true,
  },
])('$when: $action on $on is allowed: $allowed', (row) => {
  const { assignments } = parseAccount({
    name: 'acct',
    resourceId: ID,
    databases: [],
    roleDefinitions: [
      {
        id: CUSTOM,
        roleName: 'custom',
        assignableScopes: ['/'],
        dataActions: row.dataActions ?? [DATA_ACTIONS.readMetadata],
      },
    ],
    roleAssignments: [
      {
        id: 'x',
        roleDefinitionId: row.role ?? CUSTOM,
        principalId: row.holder ?? ME,
        scope: row.scope,
      },
    ],
  })
  const access = { action: DATA_ACTIONS[row.action], scope: parseScope(row.on, ID) ?? {} }
  const found = findAssignment(assignments, { objectId: ME, groupIds: [] }, access)
  expect(found?.id).toBe(row.allowed ? 'x' : undefined)
})

test('an operation that needs nothing is a bug, not a permission', () => {
  expect(() =>
    authorize({ name: 'a', assignments: [] }, { objectId: ME, groupIds: [] }, []),
  ).toThrow(TypeError)
})
