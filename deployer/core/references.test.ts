import { expect, test } from 'vitest'
import { missing, referencesOf } from './references.ts'

function deployment(spec: object) {
  const template = { spec }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: { template } }
}

function container(rest: object) {
  return deployment({ containers: [{ name: 'app', ...rest }] })
}

const named = (name: string) => ({ name })

test.for([
  {
    when: 'variables come from whole objects',
    object: container({
      envFrom: [{ configMapRef: named('a') }, { secretRef: { name: 'b', optional: true } }],
    }),
    needs: [{ kind: 'ConfigMap', name: 'a' }],
  },
  {
    when: 'a variable is one key',
    object: container({
      env: [
        { name: 'A', value: 'a' },
        { name: 'B', valueFrom: { secretKeyRef: { name: 'b', key: 'k' } } },
      ],
    }),
    needs: [{ kind: 'Secret', name: 'b', key: 'k' }],
  },
  {
    when: 'volumes hold them',
    object: deployment({
      volumes: [
        { name: '1', configMap: { name: 'a', items: [{ key: 'k', path: 'f' }] } },
        { name: '2', secret: { secretName: 'b' } },
        { name: '3', persistentVolumeClaim: { claimName: 'c' } },
        {
          name: '4',
          projected: {
            sources: [{ secret: named('d') }, { configMap: named('kube-root-ca.crt') }],
          },
        },
        { name: '5', emptyDir: {} },
      ],
    }),
    needs: [
      { kind: 'ConfigMap', name: 'a', key: 'k' },
      { kind: 'Secret', name: 'b' },
      { kind: 'PersistentVolumeClaim', name: 'c' },
      { kind: 'Secret', name: 'd' },
    ],
  },
  {
    when: 'it runs as somebody and pulls with a secret',
    object: deployment({ serviceAccountName: 'w', imagePullSecrets: [named('p')] }),
    needs: [
      { kind: 'ServiceAccount', name: 'w' },
      { kind: 'Secret', name: 'p' },
    ],
  },
  { when: 'it runs as default', object: deployment({ serviceAccountName: 'default' }), needs: [] },
  {
    when: 'it has no pods',
    object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } },
    needs: [],
  },
])('the pods of an object need just what they name when $when', ({ object, needs }) => {
  expect(referencesOf(object)).toEqual(needs)
})

const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: '' } }

test.for([
  { reference: { kind: 'ConfigMap', name: 'a' }, found: map, says: undefined },
  { reference: { kind: 'ConfigMap', name: 'a', key: 'k' }, found: map, says: undefined },
  {
    reference: { kind: 'ConfigMap', name: 'a', key: 'K' },
    found: map,
    says: 'key "K" of ConfigMap "a", which does not have it',
  },
  {
    reference: { kind: 'Secret', name: 'b', key: 'k' },
    found: undefined,
    says: 'Secret "b", which is neither in the manifests nor in the namespace',
  },
  {
    reference: { kind: 'ConfigMap', name: 'a', key: 'k' },
    found: 'removed' as const,
    says: 'ConfigMap "a", which this deploy removes',
  },
] as const)('$reference misses "$says"', ({ reference, found, says }) => {
  expect(missing(reference, found)).toBe(says)
})

test('a claim of its own template stands for the volume of the same name', () => {
  const volumes = ['data', 'more'].map((name) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }))
  const spec = {
    volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    template: { spec: { volumes } },
  }
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'x' }, spec }
  expect(referencesOf(set)).toEqual([{ kind: 'PersistentVolumeClaim', name: 'more' }])
})
