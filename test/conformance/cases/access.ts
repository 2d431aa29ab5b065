import { create, get, inNamespace, MERGE, patch, remove } from '../case.ts'
import type { Case, Step } from '../case.ts'

const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

function mayI(attributes: object): object {
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: attributes },
  }
}

const ROLES = inNamespace('roles', 'rbac.authorization.k8s.io/v1')
const VIEWER: Partial<Step> = { token: 'viewer-token' }

function role(name: string, rules: readonly object[], rest: Partial<Step> = {}): Step {
  return create(ROLES, { metadata: { name }, rules }, rest)
}

function bound(name: string, to: string, rest: Partial<Step> = {}): Step {
  const body = {
    metadata: { name },
    roleRef: { kind: 'Role', name: to, apiGroup: 'rbac.authorization.k8s.io' },
    subjects: [{ kind: 'User', name: 'viewer' }],
  }
  return create(inNamespace('rolebindings', 'rbac.authorization.k8s.io/v1'), body, rest)
}

export const ACCESS_CASES: readonly Case[] = [
  {
    name: 'access: a token nobody issued',
    steps: [get('/api/v1/namespaces', { token: 'nonsense' })],
  },
  {
    name: 'access: somebody without rights is told what is missing',
    steps: [
      get(inNamespace('pods'), { token: 'viewer-token' }),
      get(`${inNamespace('pods')}/x`, { token: 'viewer-token' }),
      get('/api/v1/nodes', { token: 'viewer-token' }),
      get(inNamespace('deployments', 'apps/v1'), { token: 'viewer-token' }),
      create(inNamespace('configmaps'), { metadata: { name: 'x' } }, { token: 'viewer-token' }),
      get(`${inNamespace('pods')}/x/log`, { token: 'viewer-token' }),
      get('/metrics', { token: 'viewer-token' }),
    ],
  },
  {
    name: 'access: everybody with a name may read discovery',
    steps: [
      get('/apis/apps', { token: 'viewer-token' }),
      get('/version', { token: 'viewer-token', only: ['major'] }),
    ],
  },
  {
    name: 'access: an administrator may do everything',
    steps: [create(REVIEW, mayI({ verb: 'delete', resource: 'pods', namespace: '$NS' }))],
  },
  {
    name: 'access: a role in a namespace gives just what it says',
    steps: [
      create(inNamespace('roles', 'rbac.authorization.k8s.io/v1'), {
        metadata: { name: 'reader' },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
      }),
      create(inNamespace('rolebindings', 'rbac.authorization.k8s.io/v1'), {
        metadata: { name: 'reader' },
        roleRef: { kind: 'Role', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' },
        subjects: [{ kind: 'User', name: 'viewer' }],
      }),
      get(inNamespace('configmaps'), { token: 'viewer-token', until: { status: 200 } }),
      create(REVIEW, mayI({ verb: 'get', resource: 'configmaps', namespace: '$NS' }), {
        token: 'viewer-token',
        only: ['status.allowed'],
      }),
      create(REVIEW, mayI({ verb: 'delete', resource: 'configmaps', namespace: '$NS' }), {
        token: 'viewer-token',
        only: ['status.allowed'],
      }),
      remove(`${inNamespace('configmaps')}/x`, undefined, { token: 'viewer-token' }),
    ],
  },
  {
    name: 'access: nobody gives away by a role or a binding what he does not have',
    steps: [
      role('grantor', [
        { apiGroups: [''], resources: ['pods', 'configmaps/*'], verbs: ['get', 'list'] },
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['*'] },
        {
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['roles', 'rolebindings'],
          verbs: ['get', 'create', 'update', 'patch'],
        },
      ]),
      bound('grantor', 'grantor'),
      role('mighty', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]),
      role('modest', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]),
      get(`${ROLES}/grantor`, { token: 'viewer-token', until: { status: 200 }, silent: true }),
      role('a', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }], VIEWER),
      role(
        'b',
        [
          {
            apiGroups: ['', 'apps'],
            resources: ['pods', 'nodes'],
            verbs: ['list', 'get', 'watch'],
          },
          {
            apiGroups: [''],
            resources: ['secrets'],
            resourceNames: ['one', 'two'],
            verbs: ['get'],
          },
        ],
        VIEWER,
      ),
      role('c', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }], VIEWER),
      role('d', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }], VIEWER),
      patch(MERGE, `${ROLES}/a`, { metadata: { labels: { a: 'b' } } }, VIEWER),
      patch(
        MERGE,
        `${ROLES}/a`,
        { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['delete'] }] },
        VIEWER,
      ),
      patch(MERGE, `${ROLES}/mighty`, { metadata: { labels: { a: 'b' } } }, VIEWER),
      bound('e', 'gone', VIEWER),
      bound('f', 'mighty', VIEWER),
      bound('g', 'modest', VIEWER),
    ],
  },
  {
    name: 'access: who may read one name may list and watch it by its name',
    steps: [
      create(inNamespace('roles', 'rbac.authorization.k8s.io/v1'), {
        metadata: { name: 'one' },
        rules: [
          {
            verbs: ['get', 'list', 'watch'],
            apiGroups: [''],
            resources: ['configmaps'],
            resourceNames: ['only'],
          },
        ],
      }),
      create(inNamespace('rolebindings', 'rbac.authorization.k8s.io/v1'), {
        metadata: { name: 'one' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' },
        subjects: [{ kind: 'User', name: 'viewer', apiGroup: 'rbac.authorization.k8s.io' }],
      }),
      get(`${inNamespace('configmaps')}/only`, { token: 'viewer-token', until: { status: 404 } }),
      ...['metadata.name%3Donly', 'metadata.name%3Dother', 'metadata.name!%3Dother', ''].map(
        (fields) =>
          get(`${inNamespace('configmaps')}?fieldSelector=${fields}`, {
            token: 'viewer-token',
            only: ['kind', 'message'],
          }),
      ),
      get(
        `${inNamespace('configmaps')}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Donly`,
        { token: 'viewer-token' },
      ),
    ],
  },
  {
    name: 'access: who am I',
    steps: [
      create(
        '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
        { only: ['kind', 'apiVersion', 'status.userInfo.username', 'status.userInfo.groups'] },
      ),
    ],
  },
  {
    name: 'access: acting as somebody else',
    steps: [
      get(inNamespace('pods'), { headers: { 'impersonate-user': 'somebody' } }),
      get(inNamespace('pods'), {
        headers: { 'impersonate-user': 'somebody', 'impersonate-group': 'system:masters' },
      }),
      get(inNamespace('pods'), {
        headers: { 'impersonate-user': 'system:serviceaccount:$NS:default' },
      }),
      get(inNamespace('pods'), { token: 'viewer-token', headers: { 'impersonate-user': 'admin' } }),
      create(
        '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
        {
          headers: { 'impersonate-user': 'somebody' },
          only: ['status.userInfo.username', 'status.userInfo.groups'],
        },
      ),
    ],
  },
  {
    name: 'access: a service account signs in with a requested token',
    steps: [
      create(inNamespace('serviceaccounts'), { metadata: { name: 'worker' } }),
      create(
        `${inNamespace('serviceaccounts')}/worker/token`,
        {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { expirationSeconds: 3600 },
        },
        { save: { issued: 'status.token' } },
      ),
      get(inNamespace('pods'), { token: '$issued' }),
      create(
        '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
        { token: '$issued', only: ['status.userInfo.username', 'status.userInfo.groups'] },
      ),
    ],
  },
  {
    name: 'access: a requested token is checked before it is signed',
    steps: [
      create(inNamespace('serviceaccounts'), { metadata: { name: 'worker' } }, { silent: true }),
      create(`${inNamespace('serviceaccounts')}/worker/token`, {
        spec: { expirationSeconds: 10, audiences: ['api://AzureADTokenExchange'] },
      }),
      create(`${inNamespace('serviceaccounts')}/nobody/token`, {
        spec: { expirationSeconds: 3600 },
      }),
      create(`${inNamespace('serviceaccounts')}/worker/token`, {
        spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'gone' } },
      }),
    ],
  },
]
