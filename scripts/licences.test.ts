import { expect, test } from 'vitest'
import { licences, packageFolder } from './licences.ts'

test.for([
  { file: 'node_modules/ms/index.js', folder: 'node_modules/ms' },
  { file: 'node_modules/@azure/cosmos/dist/a.js', folder: 'node_modules/@azure/cosmos' },
  { file: 'node_modules/a/node_modules/@b/c/d.js', folder: 'node_modules/a/node_modules/@b/c' },
  { file: 'app/main.ts', folder: undefined },
])('$file belongs to $folder', ({ file, folder }) => {
  expect(packageFolder(file)).toBe(folder)
})

test('a package is named once, with version, licence and text', async () => {
  const text = await licences(['app/main.ts', 'node_modules/jose/a.js', 'node_modules/jose/b.js'])
  expect(text).toMatch(/^jose 6\.2\.17 \(MIT\)\n=+\n\nThe MIT License/)
  expect(text.match(/^jose /gm)).toHaveLength(1)
})
