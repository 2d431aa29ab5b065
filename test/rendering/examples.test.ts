// The manifests that docs/aks.md shows are what the deployer renders, byte for byte. `npm run examples` writes them anew.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { deployer } from '../deployer/cluster.ts'
import { renderedExamples } from '../../scripts/rendered-examples.ts'

test('every documented rendering equals what the deployer renders for the documented values', async () => {
  const examples = await renderedExamples()
  expect(examples).toHaveLength(4)
  for (const { file, text } of examples) {
    expect(text, `${file}: run npm run examples`).toBe(await readFile(file, 'utf8'))
  }
})

test('the documented environment as it stands renders the Pod', async () => {
  const { stdout } = await deployer(['render', '--env', 'docs/aks/aks.yaml'])
  expect(stdout).toBe(await readFile('docs/aks/rendered/pod.yaml', 'utf8'))
})

test('the documented environment has every key of the template, and none of its placeholders', async () => {
  const [template, example] = await Promise.all([
    readFile('manifests/environments/aks.yaml', 'utf8'),
    readFile('docs/aks/aks.yaml', 'utf8'),
  ])
  expect(keys(example)).toEqual(keys(template))
  expect(template).toMatch(/: <[\w ]+>$/m)
  expect(example).not.toMatch(/: <[\w ]+>$/m)
})

function keys(text: string): readonly string[] {
  return text.match(/^ *\w+:/gm) ?? []
}
