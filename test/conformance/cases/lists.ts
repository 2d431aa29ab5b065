import { create, get, inNamespace } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { configMap, pod } from './fixtures.ts'

const MAPS = inNamespace('configmaps')

const SEEDED: readonly Step[] = [
  create(MAPS, configMap('b', {}, { labels: { app: 'x', tier: 'web' } }), { silent: true }),
  create(MAPS, configMap('a', {}, { labels: { app: 'y' } }), { silent: true }),
  create(MAPS, configMap('c', {}, { labels: { app: 'x', size: '5' } }), {
    silent: true,
    save: { version: 'metadata.resourceVersion' },
  }),
]

const NAMES = {
  only: [
    'kind',
    'metadata',
    'items.0.metadata.name',
    'items.1.metadata.name',
    'items.2.metadata.name',
    'items.3.metadata.name',
    'message',
    'code',
    'reason',
  ],
}

function list(query: string): Step {
  return get(`${MAPS}?${query}`, NAMES)
}

export const LIST_CASES: readonly Case[] = [
  { name: 'list: by name order, with a version', steps: [...SEEDED, get(MAPS)] },
  {
    name: 'list: label selectors',
    steps: [
      ...SEEDED,
      ...[
        'app=x',
        'app==x',
        'app!=x',
        'app in (x,y)',
        'app notin (x)',
        'tier',
        '!tier',
        'app=x,tier=web',
        'size>4',
        'size<4',
        'app in (x',
        '=',
        'a b',
        'app in ()',
        'app=x=y',
        'app=has space',
        ',',
        'app,',
      ].map((selector) => list(`labelSelector=${encodeURIComponent(selector)}`)),
    ],
  },
  {
    name: 'list: field selectors',
    steps: [
      ...SEEDED,
      ...[
        'metadata.name=a',
        'metadata.name!=a',
        'metadata.namespace=$NS,metadata.name=b',
        'data.a=1',
        'metadata.name',
        'status.phase=x',
      ].map((selector) =>
        list(`fieldSelector=${encodeURIComponent(selector).replaceAll('%24', '$')}`),
      ),
    ],
  },
  {
    name: 'list: field selectors of pods',
    steps: [
      create(inNamespace('pods'), pod('p', { nodeName: 'n1' }), { silent: true }),
      create(inNamespace('pods'), pod('q'), { silent: true }),
      ...[
        'spec.nodeName=n1',
        'spec.nodeName=',
        'status.phase=Pending',
        'status.phase!=Pending',
        'spec.restartPolicy=Always',
        'spec.nope=1',
      ].map((selector) =>
        get(`${inNamespace('pods')}?fieldSelector=${encodeURIComponent(selector)}`, NAMES),
      ),
    ],
  },
  {
    name: 'list: in pages',
    steps: [
      ...SEEDED,
      get(`${MAPS}?limit=2`, { ...NAMES, save: { next: 'metadata.continue' } }),
      create(MAPS, configMap('d'), { silent: true }),
      list('limit=2&continue=$next'),
      list('limit=0'),
      list('limit=2&continue=nonsense'),
      list('limit=2&continue=$next&resourceVersion=5'),
      list('limit=abc'),
    ],
  },
  {
    name: 'list: at a version',
    steps: [
      ...SEEDED,
      create(MAPS, configMap('d'), { silent: true }),
      list('resourceVersion=0'),
      list('resourceVersion=$version'),
      list('resourceVersion=$version&resourceVersionMatch=NotOlderThan'),
      list('resourceVersion=$version&resourceVersionMatch=Exact'),
      list('resourceVersionMatch=Exact'),
      list('resourceVersion=0&resourceVersionMatch=Exact'),
      list('resourceVersion=$version&resourceVersionMatch=Nope'),
      list('resourceVersion=abc'),
    ],
  },
  {
    name: 'list: options are read as Go reads them',
    steps: [
      ...SEEDED,
      list('limit=1&resourceVersion=0'),
      list('limit=-1'),
      list('limit=999999999999999999999'),
      list('limit='),
      list('timeoutSeconds=abc'),
      list('resourceVersion=99999999'),
      list('watch=0'),
      get(`${MAPS}?watch=maybe&timeoutSeconds=1&fieldSelector=metadata.name%3Dnope`),
      get(`${MAPS}?watch=true&timeoutSeconds=1&continue=abc`),
      get(`${MAPS}/a?resourceVersion=99999999`),
      get(`${MAPS}/a?resourceVersion=abc`),
      get(`${MAPS}/a?watch=true`, NAMES),
    ],
  },
  {
    name: 'list: an object that is not there',
    steps: [
      get(`${MAPS}/gone`),
      get('/api/v1/namespaces/gone-away'),
      get('/api/v1/namespaces/gone-away/configmaps', NAMES),
    ],
  },
  {
    name: 'list: metadata only',
    steps: [
      ...SEEDED,
      get(`${MAPS}/a`, { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' }),
      get(`${MAPS}?labelSelector=tier`, {
        accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      }),
    ],
  },
]
