import { create, get, inNamespace, MERGE, patch, remove } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { configMap } from './fixtures.ts'

const MAPS = inNamespace('configmaps')

/** A little history, to be watched from its start. */
const HISTORY: readonly Step[] = [
  get(MAPS, { silent: true, save: { start: 'metadata.resourceVersion' } }),
  create(MAPS, configMap('a', {}, { labels: { app: 'x' } }), { silent: true }),
  create(MAPS, configMap('b', {}), { silent: true, save: { middle: 'metadata.resourceVersion' } }),
  patch(MERGE, `${MAPS}/b`, { metadata: { labels: { app: 'x' } } }, { silent: true }),
  patch(MERGE, `${MAPS}/a`, { metadata: { labels: { app: 'y' } } }, { silent: true }),
  patch(MERGE, `${MAPS}/b`, { data: { k: 'v' } }, { silent: true }),
  remove(`${MAPS}/b`, undefined, { silent: true }),
]

function watch(query: string): Step {
  return get(`${MAPS}?watch=true&timeoutSeconds=1&${query}`)
}

export const WATCH_CASES: readonly Case[] = [
  {
    name: 'watch: everything since a version',
    steps: [...HISTORY, watch('resourceVersion=$start'), watch('resourceVersion=$middle')],
  },
  {
    name: 'watch: without a version what is there comes first',
    steps: [...HISTORY, watch(''), watch('resourceVersion=0')],
  },
  {
    name: 'watch: a label selector makes objects come and go',
    steps: [...HISTORY, watch('resourceVersion=$start&labelSelector=app%3Dx')],
  },
  {
    name: 'watch: one object by its name',
    steps: [...HISTORY, watch('resourceVersion=$start&fieldSelector=metadata.name%3Da')],
  },
  {
    name: 'watch: the initial list as events ends in a bookmark',
    steps: [
      ...HISTORY,
      watch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'),
      watch('sendInitialEvents=true&allowWatchBookmarks=true'),
      watch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan'),
      watch('sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=$middle'),
    ],
  },
  {
    name: 'watch: a version from long ago is gone',
    steps: [watch('resourceVersion=1')],
    bare: true,
  },
  {
    name: 'watch: options are checked',
    steps: [
      watch('resourceVersion=abc'),
      watch('resourceVersion=$NS&resourceVersionMatch=Exact'),
      watch('limit=abc'),
    ],
  },
  {
    name: 'watch: as a table',
    steps: [
      ...HISTORY,
      get(`${MAPS}?watch=true&timeoutSeconds=1&resourceVersion=$start`, {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      }),
    ],
  },
]
