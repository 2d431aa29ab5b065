import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readManifests } from './manifest-folder.ts'

const OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'keyless-manifests-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

test.for(['webhook.yaml', 'tmp.Nx2Ta14Ux6'])(
  'one file is read when it is called %s',
  async (name) => {
    const file = join(await folder(), name)
    await writeFile(file, OBJECT)
    expect(await readManifests(file)).toMatchObject([
      { file: name, kind: 'ConfigMap', name: 'one' },
    ])
  },
)

test('of a folder only the YAML files are read', async () => {
  const path = await folder()
  await writeFile(join(path, 'a.yml'), OBJECT)
  await writeFile(join(path, 'notes.txt'), 'not YAML: [')
  expect(await readManifests(path)).toMatchObject([{ file: 'a.yml', name: 'one' }])
})
