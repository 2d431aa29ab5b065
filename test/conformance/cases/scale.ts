import {
  create,
  get,
  inNamespace,
  JSON_PATCH,
  MERGE,
  patch,
  STRATEGIC,
  TABLE,
  update,
} from '../case.ts'
import type { Case } from '../case.ts'
import { deployment } from './fixtures.ts'

const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')
const SCALE = `${DEPLOYMENTS}/d/scale`
const SEEDED = create(DEPLOYMENTS, deployment('d'), { silent: true })

function scale(parts: object): object {
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'd' },
    spec: { replicas: 3 },
    ...parts,
  }
}

export const SCALE_CASES: readonly Case[] = [
  {
    name: 'scale: as a table',
    bare: true,
    steps: [
      SEEDED,
      get(SCALE, { accept: TABLE }),
      patch(MERGE, SCALE, { spec: { replicas: 4 } }, { accept: TABLE }),
      get(`${DEPLOYMENTS}/d/status`, { accept: TABLE }),
    ],
  },
  {
    name: 'scale: what is put must be a scale of this object',
    bare: true,
    steps: [
      SEEDED,
      update(SCALE, scale({})),
      update(SCALE, scale({ metadata: { name: 'other' } })),
      update(SCALE, { spec: { replicas: 3 } }),
      update(SCALE, deployment('d')),
      update(SCALE, scale({ metadata: { name: 'd', resourceVersion: '1' } })),
      update(
        SCALE,
        scale({ metadata: { name: 'd', uid: '00000000-0000-0000-0000-000000000001' } }),
      ),
      update(`${SCALE}?dryRun=All`, scale({ spec: { replicas: 7 } })),
      get(`${DEPLOYMENTS}/d`, { only: ['spec.replicas', 'metadata.generation'] }),
      update(SCALE, scale({ spec: {} })),
    ],
  },
  {
    name: 'scale: patches change replicas alone',
    bare: true,
    steps: [
      SEEDED,
      patch(JSON_PATCH, SCALE, [{ op: 'replace', path: '/spec/replicas', value: 4 }]),
      patch(JSON_PATCH, SCALE, [{ op: 'test', path: '/spec/replicas', value: 9 }]),
      patch(STRATEGIC, SCALE, { spec: { replicas: 5 } }),
      patch(MERGE, SCALE, { spec: { replicas: 'x' } }, { only: ['reason', 'code'] }),
      patch(MERGE, SCALE, { spec: { nope: 1 } }),
      patch(MERGE, `${SCALE}?fieldValidation=Strict`, { spec: { nope: 1 } }, { only: ['code'] }),
      patch(MERGE, SCALE, { spec: { replicas: null } }),
    ],
  },
]
