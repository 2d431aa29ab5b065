import { create, inNamespace, MERGE, patch } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { pod } from './fixtures.ts'

const PODS = inNamespace('pods')

function write(...statuses: readonly object[]): readonly Step[] {
  return statuses.map((status) =>
    patch(MERGE, `${PODS}/p/status`, { status }, { only: ['status', 'message', 'details'] }),
  )
}

function container(state: object): object {
  const rest = { name: 'main', image: 'a', imageID: '', ready: false, restartCount: 0 }
  return { containerStatuses: [{ ...rest, state }] }
}

const ENDED = container({ terminated: { exitCode: 1 } })

export const POD_STATUS_CASES: readonly Case[] = [
  {
    name: 'pod status: class, generation and nomination',
    steps: [
      create(PODS, pod('p', { nodeName: 'n' }), { silent: true }),
      ...write(
        { qosClass: 'Guaranteed' },
        { observedGeneration: -1 },
        { nominatedNodeName: 'x y' },
      ),
    ],
  },
  {
    name: 'pod status: addresses',
    steps: [
      create(PODS, pod('p', { nodeName: 'n' }), { silent: true }),
      ...write(
        { podIP: 'nope' },
        { podIP: null, podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
        { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] },
        { podIP: '10.0.0.2' },
      ),
    ],
  },
  {
    name: 'pod status: a container that has ended for good does not come back',
    steps: [
      create(PODS, pod('p', { nodeName: 'n', restartPolicy: 'Never' }), { silent: true }),
      ...write({ phase: 'Failed', ...ENDED }, container({ running: {} }), ENDED),
    ],
  },
]
