// Every npm command a document shows exists, and every file it links to is there.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const DOCUMENTS = ['README.md', ...globSync('docs/**/*.md')]
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>
}

test.for(DOCUMENTS)('%s names only commands that exist', (document) => {
  const text = readFileSync(document, 'utf8')
  const named = [...text.matchAll(/npm run (?:-s )?([a-z][a-z:]*)/g)].map(([, name]) => name ?? '')
  expect(named.filter((name) => !(name in scripts))).toEqual([])
})

test.for(DOCUMENTS)('%s links only to files that are there', (document) => {
  const text = readFileSync(document, 'utf8')
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? '')
  expect(links.filter((link) => !existsSync(join(dirname(document), link)))).toEqual([])
})
