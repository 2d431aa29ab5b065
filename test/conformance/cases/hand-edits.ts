import { apply, get, inNamespace, JSON_PATCH, patch, STRATEGIC } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { CONTAINER, deployment, template } from './fixtures.ts'

const MANAGER = 'keyless-cosmos'
const DEPLOYMENT = `${inNamespace('deployments', 'apps/v1')}/x`
const SERVICE = `${inNamespace('services')}/x`
const NODE = { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }

function running(container: object, pod: object = {}): object {
  const containers = [{ ...CONTAINER, ...container }]
  return deployment('x', { template: template({ app: 'x' }, { containers, ...pod }) })
}

function headless(ports: readonly object[]): object {
  const spec = { clusterIP: 'None', ports }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec }
}

function edit(container: object, pod: object = {}): object {
  const containers = [{ name: CONTAINER.name, ...container }]
  return { spec: { template: { spec: { containers, ...pod } } } }
}

/** Applied, edited by hand, and applied again, which the edit does not let happen. */
function edited(path: string, object: object, type: string, change: object): readonly Step[] {
  return [
    apply(MANAGER, path, object),
    patch(type, `${path}?fieldManager=kubectl-edit`, change),
    apply(MANAGER, `${path}?dryRun=All`, object),
    apply(MANAGER, `${path}?dryRun=All&force=true`, object),
  ]
}

/** What is left to us after the edit, and the value that is given to us. */
function managers(): object {
  const env = { 'k:{"name":"NODE"}': { '.': {}, 'f:name': {}, 'f:value': {} } }
  const container = { '.': {}, 'f:name': {}, 'f:image': {}, 'f:env': env }
  const spec = { 'f:containers': { [`k:{"name":"${CONTAINER.name}"}`]: container } }
  const fieldsV1 = { 'f:spec': { 'f:template': { 'f:spec': spec } } }
  const entry = { manager: MANAGER, operation: 'Apply', apiVersion: 'apps/v1' }
  return [{ ...entry, fieldsType: 'FieldsV1', fieldsV1 }]
}

const VALUE = { env: [{ name: 'NODE', value: 'x', valueFrom: null }] }

export const HAND_EDIT_CASES: readonly Case[] = [
  {
    name: 'hand edits: a value in place of a valueFrom',
    bare: true,
    steps: edited(DEPLOYMENT, running({ env: [NODE] }), STRATEGIC, edit(VALUE)),
  },
  {
    name: 'hand edits: another source of a value',
    bare: true,
    steps: edited(
      DEPLOYMENT,
      running({ env: [NODE] }),
      STRATEGIC,
      edit({
        env: [
          { name: 'NODE', valueFrom: { fieldRef: null, configMapKeyRef: { name: 'a', key: 'b' } } },
        ],
      }),
    ),
  },
  {
    name: 'hand edits: another source of a volume',
    bare: true,
    steps: edited(
      DEPLOYMENT,
      running({}, { volumes: [{ name: 'v', configMap: { name: 'a' } }] }),
      STRATEGIC,
      edit({}, { volumes: [{ name: 'v', configMap: null, emptyDir: {} }] }),
    ),
  },
  {
    name: 'hand edits: another handler of a probe',
    bare: true,
    steps: edited(
      DEPLOYMENT,
      running({ livenessProbe: { httpGet: { port: 80 } } }),
      STRATEGIC,
      edit({ livenessProbe: { httpGet: null, exec: { command: ['true'] } } }),
    ),
  },
  {
    name: 'hand edits: a rolling update in place of Recreate',
    bare: true,
    steps: edited(DEPLOYMENT, deployment('x', { strategy: { type: 'Recreate' } }), STRATEGIC, {
      spec: { strategy: { type: 'RollingUpdate' } },
    }),
  },
  {
    name: 'hand edits: another number of a port',
    steps: [[{ port: 80 }], [{ port: 80, name: 'http' }]].flatMap((ports) => [
      ...edited(SERVICE, headless(ports), JSON_PATCH, [
        { op: 'replace', path: '/spec/ports/0/port', value: 81 },
      ]),
      { method: 'DELETE', path: SERVICE, silent: true } as const,
    ]),
  },
  {
    name: 'hand edits: a field that is given to an applier goes with its next apply',
    bare: true,
    steps: [
      apply(MANAGER, DEPLOYMENT, running({ env: [NODE] })),
      patch(STRATEGIC, `${DEPLOYMENT}?fieldManager=kubectl-edit`, edit(VALUE), {
        save: { version: 'metadata.resourceVersion' },
      }),
      patch(JSON_PATCH, `${DEPLOYMENT}?fieldManager=${MANAGER}`, [
        { op: 'replace', path: '/metadata/managedFields', value: managers() },
        { op: 'replace', path: '/metadata/resourceVersion', value: '$version' },
      ]),
      apply(MANAGER, DEPLOYMENT, running({ env: [NODE] })),
      get(DEPLOYMENT),
    ],
  },
  {
    name: 'hand edits: an object is tried without some of its fields, and has their defaults',
    bare: true,
    steps: [
      apply('kubectl-client-side-apply', DEPLOYMENT, deployment('x', { replicas: 3 })),
      patch(JSON_PATCH, `${DEPLOYMENT}?fieldManager=${MANAGER}&dryRun=All`, [
        {
          op: 'add',
          path: '/spec',
          value: { selector: { matchLabels: { app: 'x' } }, template: template({ app: 'x' }) },
        },
      ]),
      get(DEPLOYMENT),
    ],
  },
]
