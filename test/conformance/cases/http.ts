import { create, get, inNamespace, TABLE } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { configMap } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const KIND = { only: ['kind', 'message', 'reason', 'code', 'details'] }

function ask(method: Step['method'], path: string, body?: unknown): Step {
  return { method, path, ...KIND, ...(body === undefined ? {} : { body }) }
}

export const HTTP_CASES: readonly Case[] = [
  {
    name: 'http: methods a path does not have',
    steps: [
      ask('HEAD', MAPS),
      ask('HEAD', '/api/v1'),
      ask('HEAD', '/version'),
      ask('HEAD', '/livez'),
      ask('HEAD', '/nope'),
      ask('OPTIONS', MAPS),
      ask('OPTIONS', '/api'),
      ask('POST', '/version', {}),
      ask('POST', '/api/v1', {}),
      ask('DELETE', '/api'),
      ask('POST', '/apis/apps/v1', {}),
      ask('POST', '/livez', {}),
      ask('DELETE', '/api/v1/configmaps'),
      ask('POST', '/api/v1/configmaps', configMap('x')),
      ask('PATCH', '/api/v1/nodes', {}),
      ask('DELETE', '/api/v1/namespaces/$NS/pods/x/status'),
    ],
  },
  {
    name: 'http: slashes that do not belong there',
    steps: [
      get('/api/', KIND),
      get('/version/', KIND),
      get('/livez/'),
      get('/livez/ping'),
      get('/livez/nope'),
      get('/api//v1', KIND),
      get('/api/v1//namespaces/$NS/configmaps', KIND),
      get(`${MAPS}/`, KIND),
      get(`${MAPS}//x`, KIND),
      get(`${MAPS}/x/`, KIND),
      get(`${MAPS}/a%2Fb`, KIND),
      get('/api/v1/namespaces//configmaps', KIND),
    ],
  },
  {
    name: 'http: answers that were not asked for',
    steps: [
      create(MAPS, configMap('x'), { silent: true }),
      get(`${MAPS}/x`, { accept: 'application/*' }),
      get(`${MAPS}/x`, { accept: 'text/plain' }),
      get(`${MAPS}/x`, { accept: 'application/xml, application/json;q=0.1', ...KIND }),
      get(`${MAPS}/x`, { accept: 'application/json;as=Table;v=v2;g=meta.k8s.io' }),
      get(`${MAPS}/x`, {
        accept: 'application/json;as=Nope;v=v1;g=meta.k8s.io,application/json',
        ...KIND,
      }),
      get(`${MAPS}/x?includeObject=Nope`, { accept: TABLE }),
      get('/version', { accept: 'text/html' }),
      get('/api/v1', { accept: 'text/html' }),
      get('/apis', { accept: 'text/html' }),
    ],
  },
]
