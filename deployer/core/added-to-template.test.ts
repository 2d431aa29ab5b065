import { expect, test } from 'vitest'
import { addedToTemplate } from './added-to-template.ts'
import type { KubeObject, ManagedFieldsEntry } from './object.ts'
import { FIELD_MANAGER } from './ownership.ts'

const OURS = {
  'f:metadata': { 'f:labels': { 'f:app': {} } },
  'f:spec': {
    'f:containers': {
      'k:{"name":"app"}': {
        '.': {},
        'f:name': {},
        'f:image': {},
        'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
      },
    },
  },
}

/** Who wrote what into the template. */
function deployment(managers: Readonly<Record<string, object>>, kind = 'Deployment'): KubeObject {
  const entries = Object.entries(managers).map(([manager, tree]) => entry(manager, tree, kind))
  const managedFields = [entry(FIELD_MANAGER, OURS, kind), ...entries]
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'web', managedFields } }
}

function entry(manager: string, template: object, kind: string): ManagedFieldsEntry {
  const inSpec = { 'f:spec': { 'f:template': template } }
  const fieldsV1 = kind === 'CronJob' ? { 'f:spec': { 'f:jobTemplate': inSpec } } : inSpec
  return { manager, operation: manager === FIELD_MANAGER ? 'Apply' : 'Update', fieldsV1 }
}

function container(fields: object): object {
  return { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': fields } } }
}

const VARIABLE = container({ 'f:env': { 'k:{"name":"LEVEL"}': { '.': {}, 'f:name': {} } } })

test.for([
  { when: 'nobody added anything', live: deployment({}), says: undefined },
  {
    when: 'somebody set a variable',
    live: deployment({ 'kubectl-set': VARIABLE }),
    says: 'also has .spec.template.spec.containers[name=app].env[name=LEVEL] of kubectl-set',
  },
  {
    when: 'it is in the template of a CronJob',
    live: deployment({ 'kubectl-set': VARIABLE }, 'CronJob'),
    says: 'also has .spec.jobTemplate.spec.template.spec.containers[name=app].env[name=LEVEL] of kubectl-set',
  },
  {
    when: 'several people added a volume, a label and a probe',
    live: deployment({
      'kubectl-edit': {
        'f:metadata': { 'f:labels': { 'f:team/name': {} } },
        'f:spec': { 'f:volumes': { '.': {}, 'k:{"name":"tmp"}': { '.': {}, 'f:emptyDir': {} } } },
      },
      'kubectl-patch': container({ 'f:livenessProbe': { '.': {}, 'f:periodSeconds': {} } }),
    }),
    says: 'also has .spec.template.metadata.labels["team/name"], .spec.template.spec.volumes[name=tmp], .spec.template.spec.containers[name=app].livenessProbe of kubectl-edit, kubectl-patch',
  },
  {
    when: 'what was edited is ours, which is drift',
    live: deployment({ 'kubectl-edit': container({ 'f:image': {} }) }),
    says: undefined,
  },
  {
    when: 'a webhook or a controller added it',
    live: deployment({ 'sidecar-injector': VARIABLE, 'kube-controller-manager': VARIABLE }),
    says: undefined,
  },
  {
    when: 'a controller states it as well',
    live: deployment({ 'kubectl-edit': VARIABLE, 'some-operator': VARIABLE }),
    says: undefined,
  },
  {
    when: 'it came with the object that was adopted, its defaults among it',
    live: deployment({ 'kubectl-create': { 'f:spec': { 'f:dnsPolicy': {} } } }),
    says: undefined,
  },
  {
    when: 'the API server repeats a field under its old name',
    live: deployment({ 'kubectl-set': { 'f:spec': { 'f:serviceAccount': {} } } }),
    says: undefined,
  },
  {
    when: 'the kind has no pod template',
    live: deployment({ 'kubectl-edit': VARIABLE }, 'Service'),
    says: undefined,
  },
])('what people added to a template is "$says" when $when', ({ live, says }) => {
  expect(addedToTemplate(live)).toBe(says)
})
