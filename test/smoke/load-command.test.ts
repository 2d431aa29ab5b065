// `--load COMMAND`: the archive of `docker save` on the standard input of whatever the user typed.
import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadImages } from '../../smoke/load.ts'
import type { Stage } from '../../smoke/stage.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyless-load-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the command gets the whole archive, and the archive is removed', async () => {
  const got = join(folder, 'got')
  await load('printf "images: $*" > "$3"', `cat > '${got}'`)
  expect(await readFile(got, 'utf8')).toMatch(/^images: save --output \S+ one two$/)
  const archive = /--output (\S+)/.exec(await readFile(got, 'utf8'))?.[1] ?? ''
  await expect(access(archive)).rejects.toThrow('ENOENT')
})

test('an archive that is cut off is not loaded', async () => {
  const got = join(folder, 'never')
  const ended = load('printf half > "$3"; echo "disk full" >&2; exit 1', `touch '${got}'`)
  await expect(ended).rejects.toMatchObject({
    code: 'ERR_PROGRAM',
    message: 'docker save: exit code 1: disk full',
  })
  await expect(readFile(got)).rejects.toThrow('ENOENT')
})

test('a command that fails is named, with its last words', async () => {
  await expect(load('printf x > "$3"', 'echo no cluster >&2; exit 3')).rejects.toMatchObject({
    message: "--load 'echo no cluster >&2; exit 3': exit code 3: no cluster",
  })
})

/** Runs with a docker of our own making, whose third argument is the archive. */
async function load(docker: string, command: string): Promise<void> {
  const path = join(folder, 'docker')
  await writeFile(path, `#!/bin/sh\n${docker}\n`)
  await chmod(path, 0o755)
  const stage = {
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
    signal: new AbortController().signal,
    voice: { command: () => undefined },
    load: { way: 'command', command },
  } as unknown as Stage
  await loadImages(stage, ['one', 'two'])
}
