import { apply, create, get, MERGE, patch, remove, TABLE, update } from '../case.ts'
import type { Case, Step } from '../case.ts'

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

const SCHEMA = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 5 },
        mode: { type: 'string', enum: ['fast', 'slow'], default: 'fast' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 4 },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
          items: {
            type: 'object',
            required: ['id'],
            properties: { id: { type: 'string' }, weight: { type: 'integer', default: 1 } },
          },
        },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        plain: { type: 'array', items: { type: 'string' } },
        anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true },
        note: { type: 'string', nullable: true },
        map: { type: 'object', additionalProperties: { type: 'integer' } },
      },
    },
    status: {
      type: 'object',
      properties: {
        ready: { type: 'boolean' },
        conditions: {
          type: 'array',
          items: {
            type: 'object',
            properties: { type: { type: 'string' }, status: { type: 'string' } },
          },
        },
      },
    },
  },
}

/** A definition in a group of the case's own, so that cases do not meet. */
function definition(version: object = {}): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.$NS.example.com' },
    spec: {
      group: '$NS.example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: SCHEMA },
          additionalPrinterColumns: [
            { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
            {
              name: 'Mode',
              type: 'string',
              jsonPath: '.spec.mode',
              priority: 1,
              description: 'how',
            },
          ],
          ...version,
        },
      ],
    },
  }
}

const WIDGETS = '/apis/$NS.example.com/v1/namespaces/$NS/widgets'

function widget(spec: object, metadata: object = {}): object {
  return {
    apiVersion: '$NS.example.com/v1',
    kind: 'Widget',
    metadata: { name: 'x', ...metadata },
    spec,
  }
}

/** A real server establishes a definition a moment later. */
const DEFINED: readonly Step[] = [
  create(DEFINITIONS, definition(), { silent: true }),
  get('/apis/$NS.example.com/v1', {
    silent: true,
    until: { status: 200, says: /widgets\/status/ },
  }),
]

const DELETED: Case = {
  name: 'custom: a definition is marked before it goes',
  steps: [
    create(DEFINITIONS, definition(), { silent: true }),
    get(`${DEFINITIONS}/widgets.$NS.example.com`, {
      until: { status: 200, says: /InitialNamesAccepted/ },
      silent: true,
    }),
    remove(`${DEFINITIONS}/widgets.$NS.example.com`, undefined, {
      only: [
        'kind',
        'metadata.finalizers',
        'metadata.deletionTimestamp',
        'metadata.generation',
        'spec',
        'status',
      ],
    }),
  ],
}

const CLEAN = remove(`${DEFINITIONS}/widgets.$NS.example.com`, undefined, { silent: true })

function defined(name: string, ...steps: readonly Step[]): Case {
  return { name: `custom: ${name}`, steps: [...DEFINED, ...steps, CLEAN] }
}

export const CUSTOM_CASES: readonly Case[] = [
  DELETED,
  {
    name: 'custom: definitions are checked',
    steps: [
      create(DEFINITIONS, { ...definition(), metadata: { name: 'other.example.com' } }),
      create(DEFINITIONS, definition({ schema: undefined })),
      create(DEFINITIONS, definition({ storage: false })),
      create(DEFINITIONS, definition({ schema: { openAPIV3Schema: { properties: {} } } })),
    ],
  },
  defined(
    'a definition is established and found by discovery',
    get('/apis/$NS.example.com'),
    get('/apis/$NS.example.com/v1'),
    get(`${DEFINITIONS}/widgets.$NS.example.com`, {
      only: ['status.acceptedNames', 'status.storedVersions', 'spec', 'metadata.generation'],
    }),
  ),
  defined(
    'defaults, pruning and validation',
    create(
      WIDGETS,
      widget({
        size: 3,
        parts: [{ id: 'a' }],
        anything: { free: [1, { b: 2 }] },
        port: 80,
        note: null,
        map: { a: 1 },
      }),
    ),
    create(`${WIDGETS}?fieldValidation=Strict`, widget({ size: 3, nope: 1 }, { name: 'y' })),
    create(WIDGETS, widget({ size: 3, nope: 1 }, { name: 'y' })),
    create(WIDGETS, widget({ size: 9 }, { name: 'z' })),
    ...[
      { mode: 'odd' },
      { name: 'TOO LONG' },
      { name: 'A' },
      { note: 5 },
      { mode: null },
      { name: null },
      { map: { a: 'x' } },
      { parts: [{}] },
    ].map((part) => create(WIDGETS, widget({ size: 1, ...part }, { name: 'z' }))),
    create(WIDGETS, widget({}, { name: 'z' })),
    create(WIDGETS, widget({ size: 'big' }, { name: 'z' })),
    create(WIDGETS, widget({ size: 1, tags: 'x' }, { name: 'z' })),
    create(WIDGETS, { apiVersion: '$NS.example.com/v1', kind: 'Widget', metadata: { name: 'z' } }),
  ),
  defined(
    'status is a subresource, generation counts the rest',
    create(WIDGETS, { ...widget({ size: 1 }), status: { ready: true } }),
    patch(MERGE, `${WIDGETS}/x`, { spec: { size: 2 }, status: { ready: true } }),
    patch(MERGE, `${WIDGETS}/x/status`, { spec: { size: 4 }, status: { ready: true } }),
    update(`${WIDGETS}/x`, widget({ size: 2 })),
  ),
  defined(
    'server-side apply by the list types of the definition',
    apply(
      'one',
      `${WIDGETS}/x`,
      widget({
        size: 1,
        parts: [{ id: 'a', weight: 2 }],
        tags: ['a', 'b'],
        plain: ['p'],
        anything: { a: { b: 1 } },
      }),
    ),
    apply('two', `${WIDGETS}/x`, widget({ parts: [{ id: 'b' }], tags: ['b', 'c'], size: 1 })),
    apply('two', `${WIDGETS}/x`, widget({ plain: ['q'], size: 2 })),
    apply('one', `${WIDGETS}/x`, widget({ size: 1, tags: ['a'] })),
    apply('one', `${WIDGETS}/y`, widget({ size: 1, nope: 1 }, { name: 'y' })),
  ),
  defined(
    'a table with its columns',
    create(WIDGETS, widget({ size: 1 }), { silent: true }),
    get(WIDGETS, { accept: TABLE }),
  ),
  defined(
    'a patch of unknown type',
    create(WIDGETS, widget({ size: 1 }), { silent: true }),
    patch('application/strategic-merge-patch+json', `${WIDGETS}/x`, {}),
  ),
]
