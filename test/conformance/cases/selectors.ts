import { create, get, inNamespace } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { configMap } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const NAMES = {
  only: ['kind', 'items.0.metadata.name', 'items.1.metadata.name', 'message', 'code', 'reason'],
}

const SEEDED: readonly Step[] = [
  create(MAPS, configMap('a', {}, { labels: { app: 'x', 'example.com/r': 'v', e: '' } }), {
    silent: true,
  }),
  create(MAPS, configMap('b', {}, { labels: { app: 'y' } }), { silent: true }),
]

function fields(path: string, selectors: readonly string[]): readonly Step[] {
  return selectors.map((one) => get(`${path}?fieldSelector=${encodeURIComponent(one)}`, NAMES))
}

export const SELECTOR_CASES: readonly Case[] = [
  {
    name: 'selector: what a label selector may be',
    steps: [
      ...SEEDED,
      ...[
        'e=',
        'e!=',
        'app = ',
        ' app = x ',
        '! app',
        '!app,!e',
        'app in (x,)',
        'app in ( x , y )',
        'app in (,)',
        'app notin ()',
        'example.com/r=v',
        'in=in',
        'notin in (x)',
        'app,notin',
        'app>1',
      ].map((one) => get(`${MAPS}?labelSelector=${encodeURIComponent(one)}`, NAMES)),
    ],
  },
  {
    name: 'selector: what is no label selector',
    steps: [
      ...SEEDED,
      ...[
        'example.com/r/x=1',
        '/r=1',
        'app=-x',
        'app=x;',
        'app=ü',
        'ü=1',
        `app=${'v'.repeat(64)}`,
        `${'k'.repeat(64)}=1`,
        'app>x',
        'app>=1',
        'app===x',
        'app in x',
        'app in (x',
        'app=(x)',
        'app)',
        '(app)',
        '!',
        '!=x',
        '!app=x',
        'app=x,,e',
        'app=x app=y',
      ].map((one) => get(`${MAPS}?labelSelector=${encodeURIComponent(one)}`, NAMES)),
      get(`${MAPS}?watch=true&timeoutSeconds=1&labelSelector=app%3D-x`, NAMES),
    ],
  },
  {
    name: 'selector: fields and their values',
    steps: [
      ...SEEDED,
      ...fields(MAPS, [
        'metadata.name=',
        'metadata.name==a',
        'metadata.name=a\\,b',
        'metadata.name=a=b',
        'metadata.name=a\\x',
        'metadata.name=a,metadata.name!=b',
        'metadata.name in (a)',
        'metadata.name=a,',
        ',',
        '=',
      ]),
    ],
  },
  {
    name: 'selector: the fields of each kind',
    steps: [
      ...fields(inNamespace('secrets'), ['type=Opaque', 'data=x']),
      ...fields(inNamespace('jobs', 'batch/v1'), ['status.successful=1', 'spec.x=1']),
      ...fields('/api/v1/namespaces', ['status.phase=x', 'name=x']),
      ...fields('/api/v1/nodes', ['spec.unschedulable=true', 'spec.x=1']),
      ...fields(inNamespace('events'), ['involvedObject.uid=1', 'source=x', 'regarding.name=x']),
      ...fields(inNamespace('events', 'events.k8s.io/v1'), [
        'regarding.name=a',
        'involvedObject.name=a',
        'reportingController=a',
        'source=x',
      ]),
      ...fields(inNamespace('pods'), ['spec.hostNetwork=false', 'status.podIPs=x', 'spec.x=1']),
      ...fields(inNamespace('replicasets', 'apps/v1'), ['status.replicas=0']),
      ...fields(inNamespace('deployments', 'apps/v1'), ['spec.replicas=1']),
      ...fields(inNamespace('services'), ['spec.type=ClusterIP', 'spec.x=1']),
    ],
  },
]
