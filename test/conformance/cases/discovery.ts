import { create, get } from '../case.ts'
import type { Case } from '../case.ts'

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

export const DISCOVERY_CASES: readonly Case[] = [
  {
    name: 'discovery: the version is that of a real server',
    steps: [get('/version', { only: ['major', 'minor', 'gitVersion', 'platform'] })],
  },
  {
    name: 'discovery: health is one word',
    steps: [get('/healthz'), get('/livez'), get('/readyz')],
  },
  { name: 'discovery: the core versions', steps: [get('/api', { only: ['kind', 'versions'] })] },
  {
    name: 'discovery: one group',
    steps: [get('/apis/apps'), get('/apis/batch'), get('/apis/rbac.authorization.k8s.io')],
  },
  {
    name: 'discovery: groups with one resource',
    steps: [get('/apis/coordination.k8s.io/v1'), get('/apis/events.k8s.io/v1')],
  },
  {
    name: 'discovery: aggregated documents are named by content type',
    steps: [
      get('/api', { accept: AGGREGATED, only: ['kind', 'apiVersion'] }),
      get('/apis', { accept: AGGREGATED, only: ['kind', 'apiVersion'] }),
    ],
  },
  {
    name: 'discovery: an unknown path, group, version and kind',
    steps: [
      get('/nope'),
      get('/apis/nope.example.com'),
      get('/apis/nope.example.com/v1'),
      get('/apis/apps/v9'),
      get('/api/v1/nopes'),
      get('/api/v1/namespaces/$NS/nopes/x'),
      get('/apis/apps/v1/namespaces/$NS/nopes'),
    ],
  },
  {
    name: 'discovery: a verb a kind does not have',
    steps: [
      { method: 'PUT', path: '/api/v1/namespaces/$NS/configmaps', body: {} },
      { method: 'POST', path: '/api/v1/namespaces/$NS/configmaps/x', body: {} },
      { method: 'DELETE', path: '/api/v1/namespaces' },
      get('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'),
      create('/api/v1/namespaces/$NS/pods/x/status', {}),
    ],
  },
  {
    name: 'discovery: an answer nobody can give',
    steps: [get('/api/v1/namespaces/$NS', { accept: 'text/html' })],
  },
  {
    name: 'discovery: the issuer documents',
    steps: [
      get('/.well-known/openid-configuration', {
        only: [
          'issuer',
          'response_types_supported',
          'subject_types_supported',
          'id_token_signing_alg_values_supported',
        ],
      }),
      get('/openid/v1/jwks'),
      get('/openid/v1/jwks', {
        accept: 'application/json, application/jwk-set+json',
        only: ['keys.0.kty', 'keys.0.alg', 'keys.0.use', 'keys.0.e'],
      }),
    ],
  },
]
