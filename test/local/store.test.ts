// `npm run local -- --store URL`: the data is in an emulator, and everything else is as without it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startRecordingUpstream } from '../cosmos/upstream/recording-upstream.ts'
import { run, start } from '../support/run.ts'

/** The command line of a platform with a directory of its own. */
function local(directory: string, ...args: readonly string[]) {
  const program = join('local', 'main.ts')
  return [process.execPath, program, '--any-port', '--directory', directory, ...args] as const
}

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-store-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

test.for([
  { form: 'plain http', isTls: false },
  { form: 'TLS', isTls: true },
])(
  'the worker writes without a key into an emulator over $form',
  { timeout: 90_000 },
  async ({ form, isTls }) => {
    const upstream = await upstreamOf({ isTls })
    const own = join(directory, form.replace(' ', '-'))
    const ca = `${own}.crt`
    await writeFile(ca, upstream.certificateAuthority ?? '')
    const trusted = isTls ? [`--store-ca=${ca}`] : []
    const platform = start(local(own, '--store', upstream.url, ...trusted))
    onTestFinished(() => void platform.child.kill('SIGKILL'))
    await platform.said('Ctrl-C stops everything')
    const environment = join(own, 'environment.yaml')
    const deployer = (command: string) =>
      run([process.execPath, join('deployer', 'main.ts'), command, '--env', environment])
    expect(await deployer('deploy')).toMatchObject({ code: 0 })
    expect((await deployer('logs')).stdout).toMatch(/DONE .*without a key.* exit=0/)
    platform.child.kill('SIGTERM')
    const { code, stderr } = await platform.ended
    expect(code).toBe(0)
    expect(stderr).toBe(
      `• Preparing the emulator at ${upstream.url}, up to 120 s\n` +
        `✓ The emulator at ${upstream.url} has stored and deleted one item\n` +
        '• Stopping\n✓ Stopped\n',
    )
    const written = upstream.requests.filter(
      ({ line }) => line === 'POST /dbs/rbacsample/colls/data/docs',
    )
    expect(written.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { name: 'Ted Lasso' },
    ])
    expect(upstream.problems).toEqual([])
  },
)

test('Ctrl-C ends the wait for an emulator that does not come', async () => {
  const gone = await startRecordingUpstream()
  await gone.close()
  const platform = start(local(directory, '--store', gone.url))
  await platform.said('connection refused; waiting')
  platform.child.kill('SIGINT')
  const { code, stdout, stderr } = await platform.ended
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr.trimEnd()).toMatch(/✓ Stopped$/)
})

test.for([
  {
    args: ['--store', 'localhost:8081'],
    code: 2,
    says: '"localhost:8081" is no http or https URL',
  },
  {
    args: ['--store-ca', 'a.pem'],
    code: 2,
    says: '--store-key-file and --store-ca go with --store',
  },
  {
    args: ['--store', 'http://localhost:8081', '--store-key-file', 'missing'],
    code: 2,
    says: '--store-key-file missing: cannot be read',
  },
  {
    args: ['--store', 'http://localhost:8081', '--store-key-file', 'package.json'],
    code: 2,
    says: 'store key: expected the base64 of 64 bytes',
  },
])('$args is refused with what to do', async ({ args, code, says }) => {
  const ended = await run(local(directory, ...args))
  expect(ended.stderr).toContain(says)
  expect(ended.stderr).not.toContain('    at ')
  expect(ended.code).toBe(code)
})

test('an emulator with another key is left alone, and nothing is started', async () => {
  const upstream = await upstreamOf({ key: Buffer.alloc(64, 1).toString('base64') })
  const ended = await run(local(directory, '--store', upstream.url))
  expect(ended.stderr).toContain("it refuses the gateway's key (401)")
  expect(ended.stderr.trimEnd()).toMatch(/ERR_STORE$/)
  expect(ended).toMatchObject({ code: 2, stdout: '' })
})

async function upstreamOf(options: Parameters<typeof startRecordingUpstream>[0]) {
  const upstream = await startRecordingUpstream(options)
  onTestFinished(() => upstream.close())
  return upstream
}
