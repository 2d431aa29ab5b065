import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ProcessGroups } from './process-groups.ts'
import type { RunningProcess } from './process-groups.ts'

let directory = ''
let groups: ProcessGroups
let output = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-groups-'))
  groups = new ProcessGroups(directory)
  output = ''
})
afterEach(async () => {
  await groups.close()
  await rm(directory, { recursive: true })
})

function start(script: string): Promise<RunningProcess> {
  return groups.start({
    command: '/bin/sh',
    args: ['-c', script],
    directory: tmpdir(),
    environment: { PATH: '/usr/bin:/bin', GREETING: 'hello' },
    onOutput: (_, chunk) => {
      output += chunk.toString()
    },
  })
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let round = 0; !isTrue() && round < 200; round++) await sleep(20)
  expect(isTrue()).toBe(true)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('the exit code and all of the output are known when it has ended', async () => {
  expect(await (await start('echo one; echo two >&2; exit 3')).exited).toBe(3)
  expect(output).toContain('one\n')
  expect(output).toContain('two\n')
})

test('only the given environment is there', async () => {
  await (
    await start('env')
  ).exited
  // A shell adds a few of its own.
  const names = output
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0] ?? '')
  const given = names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name))
  expect(new Set(given)).toEqual(new Set(['GREETING', 'PATH']))
})

test('a program that is not there is an error of the system', async () => {
  const spec = { args: [], directory: tmpdir(), environment: {}, onOutput: () => {} }
  await expect(groups.start({ ...spec, command: '/none' })).rejects.toMatchObject({
    code: 'ENOENT',
  })
  expect(await readdir(directory)).toEqual([])
})

test('a program that obeys SIGTERM ends with its own code', async () => {
  const running = await start('trap "exit 7" TERM; echo ready; while :; do sleep 0.02; done')
  await until(() => output.includes('ready'))
  running.stop(10_000)
  expect(await running.exited).toBe(7)
})

test('a program that does not is killed after the grace, and a shorter grace counts', async () => {
  const running = await start('trap "" TERM; echo ready; while :; do sleep 0.02; done')
  await until(() => output.includes('ready'))
  const before = performance.now()
  running.stop(60_000)
  running.stop(100)
  expect(await running.exited).toBe(137)
  expect(performance.now() - before).toBeLessThan(5_000)
})

test('what a program leaves behind ends with it', async () => {
  await (
    await start('sleep 60 & echo $!')
  ).exited
  const pid = Number(output)
  expect(pid).toBeGreaterThan(0)
  await until(() => !isAlive(pid))
})

test('closing ends everything and forgets it', async () => {
  const { exited } = await start('sleep 60')
  await groups.close()
  expect(await exited).toBe(137)
  expect(await readdir(directory)).toEqual([])
})

test('what an earlier node left running is ended at the next start', async () => {
  const orphan = spawn('/bin/sleep', ['60'], { detached: true, stdio: 'ignore' })
  const ended = new Promise((resolve) => orphan.once('exit', (_, signal) => resolve(signal)))
  await writeFile(join(directory, String(orphan.pid)), String(Date.now()))
  await groups.sweep()
  expect(await ended).toBe('SIGKILL')
  expect(await readdir(directory)).toEqual([])
})

test("a stranger's process with the same id is left alone", async () => {
  const stranger = spawn('/bin/sleep', ['60'], { detached: true, stdio: 'ignore' })
  await writeFile(join(directory, String(stranger.pid)), String(Date.now() - 60_000))
  await groups.sweep()
  expect(stranger.exitCode).toBeNull()
  expect(isAlive(stranger.pid ?? 0)).toBe(true)
  stranger.kill('SIGKILL')
})
