import { docker } from '../../scripts/container-engine.ts'

/**
 * Runs an image the way its pod does, and with less: no network, no capability, nothing to write to.
 *
 * @returns How it ended, and what it printed.
 */
export async function contained(
  image: string,
  options: {
    readonly env?: Readonly<Record<string, string>>
    readonly entrypoint?: string
    readonly args?: readonly string[]
  } = {},
): Promise<{ readonly code: number; readonly log: string }> {
  const { env = {}, entrypoint, args = [] } = options
  const id = await docker([
    'create',
    '--read-only',
    '--user=65532:65532',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    '--network=none',
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...(entrypoint ? ['--entrypoint', entrypoint] : []),
    image,
    ...args,
  ])
  try {
    const log: string[] = []
    await docker(['start', id])
    const code = Number(await docker(['wait', id]))
    await docker(['logs', id], { onOutput: (text) => log.push(text) })
    return { code, log: log.join('') }
  } finally {
    await docker(['rm', '--force', id])
  }
}
