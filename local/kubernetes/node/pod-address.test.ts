import { expect, test } from 'vitest'
import { podAddress } from './pod-address.ts'
import type { Pod } from './pod.ts'

function pod(uid: string, spec: Partial<Pod['spec']> = {}): Pod {
  const metadata = { name: 'a', namespace: 'b', uid }
  return { metadata, spec: { containers: [], ...spec }, status: {} }
}

test('each pod has an address of its own on this machine, and keeps it', () => {
  const uids = Array.from({ length: 100 }, (_, index) => `uid-${index}`)
  const addresses = uids.map((uid) => podAddress(pod(uid), '127.0.0.1', 'linux'))
  expect(new Set(addresses).size).toBe(100)
  for (const address of addresses) expect(address).toMatch(/^127\.[1-9]\d*\.\d+\.[1-9]\d*$/)
  expect(podAddress(pod('uid-7'), '127.0.0.1', 'linux')).toBe(addresses[7])
})

test.for([
  { when: 'it is in the network of the host', spec: { hostNetwork: true }, platform: 'linux' },
  { when: 'this machine has only one', spec: {}, platform: 'darwin' },
] as const)("a pod has the node's address when $when", ({ spec, platform }) => {
  expect(podAddress(pod('uid', spec), '127.0.0.1', platform)).toBe('127.0.0.1')
})
