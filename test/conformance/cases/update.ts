import { create, get, inNamespace, update } from '../case.ts'
import type { Case } from '../case.ts'
import { configMap } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const SAVE = { save: { version: 'metadata.resourceVersion', uid: 'metadata.uid' } }

export const UPDATE_CASES: readonly Case[] = [
  {
    name: 'update: the optimistic lock',
    steps: [
      create(MAPS, configMap('x'), SAVE),
      update(`${MAPS}/x`, configMap('x', { a: '2' }, { resourceVersion: '$version' })),
      update(`${MAPS}/x`, configMap('x', { a: '3' }, { resourceVersion: '$version' })),
      update(`${MAPS}/x`, configMap('x', { a: '4' })),
      update(`${MAPS}/x`, configMap('x', { a: '5' }, { resourceVersion: '1' })),
      update(`${MAPS}/x`, configMap('x', { a: '5' }, { resourceVersion: 'abc' })),
    ],
  },
  {
    name: 'update: a changed uid is a conflict',
    steps: [
      create(MAPS, configMap('x'), { silent: true }),
      update(
        `${MAPS}/x`,
        configMap('x', { a: '2' }, { uid: '00000000-0000-0000-0000-000000000001' }),
      ),
    ],
  },
  {
    name: 'update: nothing new is not written',
    steps: [
      create(MAPS, configMap('x'), SAVE),
      update(`${MAPS}/x`, configMap('x'), { save: { again: 'metadata.resourceVersion' } }),
      get(`${MAPS}?resourceVersion=$version&resourceVersionMatch=Exact`, {
        only: ['items.0.data'],
      }),
    ],
  },
  {
    name: 'update: what is absent stays absent, what is left out goes away',
    steps: [
      update(`${MAPS}/gone`, configMap('gone', {}, { resourceVersion: '1' })),
      create(MAPS, configMap('x', { a: '1', b: '2' }, { labels: { l: '1' } }), { silent: true }),
      update(`${MAPS}/x`, configMap('x', { b: '2' })),
    ],
  },
  {
    name: 'update: a dry run writes nothing',
    steps: [
      create(`${MAPS}?dryRun=All`, configMap('x')),
      get(`${MAPS}/x`),
      create(MAPS, configMap('x'), { silent: true }),
      update(`${MAPS}/x?dryRun=All`, configMap('x', { a: '9' })),
      get(`${MAPS}/x`, { only: ['data'] }),
      create(`${MAPS}?dryRun=Some`, configMap('y')),
      create(`${MAPS}?dryRun=`, configMap('y')),
    ],
  },
  {
    name: 'update: field managers have a name of limited length',
    steps: [
      create(`${MAPS}?fieldManager=${'m'.repeat(129)}`, configMap('x')),
      create(`${MAPS}?fieldManager=two%20words`, configMap('x')),
      create(`${MAPS}?fieldManager=a%07b`, configMap('y'), { only: ['code', 'reason'] }),
    ],
  },
]
