import { create, inNamespace, MERGE, patch } from '../case.ts'
import type { Case, Step } from '../case.ts'

const POLICIES = inNamespace('networkpolicies', 'networking.k8s.io/v1')
const BUDGETS = inNamespace('poddisruptionbudgets', 'policy/v1')
const SERVICES = inNamespace('services')

function policy(spec: object): Step {
  return create(`${POLICIES}?dryRun=All`, { metadata: { name: 'x' }, spec })
}

function service(spec: object): Step {
  return create(`${SERVICES}?dryRun=All`, { metadata: { name: 'x' }, spec })
}

export const NETWORK_CASES: readonly Case[] = [
  {
    name: 'network policy: defaults and rules',
    steps: [
      policy({ podSelector: {} }),
      policy({
        podSelector: {},
        egress: [{ ports: [{ port: 443 }, { port: 53, protocol: 'UDP' }] }],
      }),
      policy({ podSelector: {}, policyTypes: ['Sideways'] }),
      policy({ podSelector: {}, egress: [{ to: [{}] }] }),
      policy({ podSelector: {}, egress: [{ ports: [{ port: 0 }] }] }),
      policy({ podSelector: {}, egress: [{ ports: [{ port: 1, protocol: 'HTTP' }] }] }),
      policy({ podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: 'nope' } }] }] }),
      policy({
        podSelector: {},
        egress: [{ to: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }],
      }),
    ],
  },
  {
    name: 'disruption budget: defaults and rules',
    bare: true,
    steps: [
      create(BUDGETS, {
        metadata: { name: 'x' },
        spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } },
      }),
      create(BUDGETS, { metadata: { name: 'y' }, spec: { minAvailable: 1, maxUnavailable: 1 } }),
      create(BUDGETS, { metadata: { name: 'y' }, spec: { minAvailable: 'half' } }),
      create(BUDGETS, { metadata: { name: 'y' }, spec: {} }),
    ],
  },
  {
    name: 'service: defaults and rules',
    steps: [
      service({ ports: [{ port: 80 }], selector: { a: 'b' } }),
      service({ ports: [{ port: 80 }], clusterIP: 'None' }),
      service({ type: 'ExternalName', externalName: 'example.com' }),
      service({ type: 'Nope', ports: [{ port: 80 }] }),
      service({}),
      service({ ports: [{ port: 0 }] }),
      service({ ports: [{ port: 80 }, { port: 81 }] }),
      service({
        ports: [
          { port: 80, name: 'a' },
          { port: 81, name: 'a' },
        ],
      }),
      service({
        ports: [
          { port: 80, name: 'a' },
          { port: 80, name: 'b' },
        ],
      }),
      create(`${SERVICES}?dryRun=All`, {
        metadata: { name: '1x' },
        spec: { ports: [{ port: 1 }] },
      }),
    ],
  },
  {
    name: 'service: the address is kept and fixed',
    bare: true,
    steps: [
      create(
        SERVICES,
        { metadata: { name: 'x' }, spec: { ports: [{ port: 80 }] } },
        { only: ['spec.ports', 'spec.type', 'spec.clusterIP'] },
      ),
      patch(MERGE, `${SERVICES}/x`, { spec: { ports: [{ port: 81 }] } }, { only: ['spec'] }),
      patch(MERGE, `${SERVICES}/x`, { spec: { clusterIP: '10.96.77.77' } }),
    ],
  },
]
