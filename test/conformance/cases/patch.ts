import { create, inNamespace, JSON_PATCH, MERGE, patch, STRATEGIC } from '../case.ts'
import type { Case } from '../case.ts'
import { configMap, deployment, template } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')
const SPEC = { only: ['spec', 'metadata.managedFields', 'message', 'reason', 'code', 'details'] }

export const PATCH_CASES: readonly Case[] = [
  {
    name: 'patch: JSON patch operations',
    steps: [
      create(MAPS, configMap('x', { a: '1', b: '2' }), { silent: true }),
      patch(JSON_PATCH, `${MAPS}/x`, [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '9' },
        { op: 'remove', path: '/data/b' },
        { op: 'add', path: '/data/c~1d', value: '3' },
      ]),
      patch(JSON_PATCH, `${MAPS}/x`, [{ op: 'move', from: '/data/a', path: '/data/e' }]),
      patch(JSON_PATCH, `${MAPS}/x`, [{ op: 'copy', from: '/data/e', path: '/data/f' }]),
      patch(JSON_PATCH, `${MAPS}/x`, [{ op: 'test', path: '/data/e', value: 'nope' }]),
      patch(JSON_PATCH, `${MAPS}/x`, [{ op: 'remove', path: '/data/nope' }]),
      patch(JSON_PATCH, `${MAPS}/x`, [{ op: 'replace', path: '/data/nope', value: '1' }]),
      patch(JSON_PATCH, `${MAPS}/x`, [{ op: 'add', path: '/nope/deep', value: '1' }]),
      patch(JSON_PATCH, `${MAPS}/x`, { op: 'add' }),
      patch(JSON_PATCH, `${MAPS}/x`, [{ op: 'explode', path: '/data' }]),
    ],
  },
  {
    name: 'patch: merge patch',
    steps: [
      create(MAPS, configMap('x', { a: '1', b: '2' }), { silent: true }),
      patch(MERGE, `${MAPS}/x`, { data: { a: null, c: '3' }, metadata: { labels: { l: '1' } } }),
      patch(MERGE, `${MAPS}/x`, { data: null }),
      patch(MERGE, `${MAPS}/x`, { metadata: { name: 'y' } }),
      patch(MERGE, `${MAPS}/x`, { metadata: { resourceVersion: '1' } }),
      patch(MERGE, `${MAPS}/x`, { kind: 'Secret' }),
      patch(MERGE, `${MAPS}/x?fieldValidation=Strict`, { nope: 1 }),
      patch(MERGE, `${MAPS}/x`, []),
      patch(MERGE, `${MAPS}/gone`, { data: {} }),
    ],
  },
  {
    name: 'patch: strategic merge by keys',
    bare: true,
    steps: [
      create(
        DEPLOYMENTS,
        deployment('x', {
          template: template(
            { app: 'x' },
            {
              containers: [
                {
                  name: 'a',
                  image: 'a:1',
                  env: [
                    { name: 'A', value: '1' },
                    { name: 'B', value: '2' },
                  ],
                  ports: [{ containerPort: 80 }],
                },
                { name: 'b', image: 'b:1' },
              ],
              tolerations: [{ key: 'one', operator: 'Exists' }],
            },
          ),
        }),
        { silent: true },
      ),
      patch(
        STRATEGIC,
        `${DEPLOYMENTS}/x`,
        {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'b', image: 'b:2' },
                  { name: 'c', image: 'c:1' },
                ],
              },
            },
          },
        },
        SPEC,
      ),
      patch(
        STRATEGIC,
        `${DEPLOYMENTS}/x`,
        { spec: { template: { spec: { containers: [{ name: 'c', $patch: 'delete' }] } } } },
        SPEC,
      ),
      patch(
        STRATEGIC,
        `${DEPLOYMENTS}/x`,
        {
          spec: {
            template: {
              spec: {
                $setElementOrder: undefined,
                '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
                containers: [
                  {
                    name: 'a',
                    env: [
                      { name: 'B', $patch: 'delete' },
                      { name: 'C', value: '3' },
                    ],
                  },
                ],
              },
            },
          },
        },
        SPEC,
      ),
      patch(
        STRATEGIC,
        `${DEPLOYMENTS}/x`,
        { spec: { template: { spec: { tolerations: [{ key: 'two', operator: 'Exists' }] } } } },
        SPEC,
      ),
      patch(
        STRATEGIC,
        `${DEPLOYMENTS}/x`,
        { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
        SPEC,
      ),
      patch(
        STRATEGIC,
        `${DEPLOYMENTS}/x`,
        { spec: { template: { spec: { containers: [{ image: 'nameless' }] } } } },
        SPEC,
      ),
    ],
  },
  {
    name: 'patch: strategic merge of finalizers and maps',
    steps: [
      create(
        MAPS,
        configMap(
          'x',
          { a: '1' },
          { finalizers: ['example.com/a', 'example.com/b'], labels: { a: '1' } },
        ),
        { silent: true },
      ),
      patch(STRATEGIC, `${MAPS}/x`, {
        metadata: { finalizers: ['example.com/c'], labels: { b: '2' } },
      }),
      patch(STRATEGIC, `${MAPS}/x`, {
        metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] },
      }),
      patch(STRATEGIC, `${MAPS}/x`, { data: { $patch: 'replace', z: '9' } }),
      patch(MERGE, `${MAPS}/x`, { metadata: { finalizers: null } }, { silent: true }),
    ],
  },
  {
    name: 'patch: an unknown type of patch',
    steps: [
      create(MAPS, configMap('x'), { silent: true }),
      patch('application/json', `${MAPS}/x`, {}),
      patch('text/plain', `${MAPS}/x`, {}),
      patch(MERGE, `${MAPS}/x?force=true`, {}),
    ],
  },
]
