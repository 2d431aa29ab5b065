// What the pages tell to type can be typed: a shell reads every block, and every `npm run` is one of ours.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { shellBlocks } from './shell-blocks.ts'

const PAGES = ['README.md', ...globSync('docs/**/*.md')]
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

test('a shell can read every block', () => {
  const blocks = PAGES.flatMap(shellBlocks)
  expect(blocks.length).toBeGreaterThan(20)
  const wrong = blocks.flatMap(({ page, section, commands }) => {
    const { status, stderr } = spawnSync('bash', ['-n', '-c', commands], { encoding: 'utf8' })
    return status === 0 ? [] : [`${page}, ${section}: ${stderr}`]
  })
  expect(wrong).toEqual([])
})

test('a comment in a block is no heading', () => {
  const sections = shellBlocks('docs/kind.md').map(({ section }) => section)
  expect(sections).toContain('By hand')
  expect(sections.filter((one) => one.startsWith('The stand-ins'))).toEqual([])
})

test.for(PAGES)('%s names only scripts that are there', (page) => {
  const named = readFileSync(page, 'utf8').matchAll(/npm run (?:-s )?([a-z:]+)/g)
  const unknown = [...named].map(([, name = '']) => name).filter((name) => !(name in scripts))
  expect(unknown).toEqual([])
})
