import { expect, test } from 'vitest'
import { isSameTemplate, templateHash } from './template-hash.ts'
import type { PodTemplate } from './workloads.ts'

function template(image: string, labels: Record<string, string> = { app: 'web' }): PodTemplate {
  return { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } }
}

test('the hash is of the content, not of the order of keys', () => {
  const reordered: PodTemplate = {
    spec: { containers: [{ image: 'a', name: 'c' }] },
    metadata: { labels: { app: 'web' } },
  }
  expect(templateHash(template('a'), undefined)).toBe(templateHash(reordered, undefined))
  expect(templateHash(template('a'), undefined)).not.toBe(templateHash(template('b'), undefined))
})

test('a collision gives another hash, of the letters Kubernetes uses', () => {
  const hashes = [undefined, 1, 2].map((count) => templateHash(template('a'), count))
  expect(new Set(hashes).size).toBe(3)
  for (const hash of hashes) expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/)
})

test('the hash label does not make a template another one', () => {
  const labelled = template('a', { app: 'web', 'pod-template-hash': 'abc' })
  expect(isSameTemplate(template('a'), labelled)).toBe(true)
  expect(isSameTemplate(template('b'), labelled)).toBe(false)
})
