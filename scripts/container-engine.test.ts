import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { docker } from './container-engine.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyless-engine-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('without docker on PATH the next step is to install one', async () => {
  await expect(docker(['version'], { env: { PATH: folder } })).rejects.toMatchObject({
    code: 'ERR_ENGINE_MISSING',
    message: 'docker: there is no such program on PATH',
    hint: expect.stringContaining('install Docker') as string,
  })
})

// What clients of several versions print when they reach no engine
test.for([
  {
    says: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    hint: 'start Docker',
  },
  {
    says: 'failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct',
    hint: 'start Docker',
  },
  {
    says: 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    hint: 'let this user in',
  },
])('"$says": $hint', async ({ says, hint }) => {
  await writeFile(join(folder, 'docker'), `#!/bin/sh\necho "${says}" >&2\nexit 1\n`, {
    mode: 0o755,
  })
  await expect(docker(['version'], { env: { PATH: folder } })).rejects.toMatchObject({
    code: 'ERR_ENGINE_STOPPED',
    message: `docker: no engine answers\n${says}`,
    hint: expect.stringContaining(hint) as string,
  })
})

test('a failed command is told with its last lines and how to run it by hand', async () => {
  await writeFile(join(folder, 'docker'), '#!/bin/sh\necho "no space left"\nexit 3\n', {
    mode: 0o755,
  })
  await expect(docker(['build', 'a b'], { env: { PATH: folder } })).rejects.toMatchObject({
    code: 'ERR_ENGINE',
    message: 'docker build: ended with 3\nno space left',
    hint: "run it by hand: docker build 'a b'",
  })
})

test('a password in the address of a registry is told to nobody', async () => {
  const mirror = 'NPM_CONFIG_REGISTRY=https://me:s3cret@npm.example/'
  await writeFile(join(folder, 'docker'), '#!/bin/sh\necho "get $3"\nexit 1\n', { mode: 0o755 })
  const failed = docker(['build', '--build-arg', mirror], { env: { PATH: folder } })
  await expect(failed).rejects.toMatchObject({
    message: 'docker build: ended with 1\nget NPM_CONFIG_REGISTRY=https://…@npm.example/',
    hint: expect.stringMatching(/NPM_CONFIG_REGISTRY=https:\/\/…@npm\.example\/'$/) as string,
  })
})
