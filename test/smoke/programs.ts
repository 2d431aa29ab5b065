import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { start } from '../support/run.ts'
import type { Running } from '../support/run.ts'

/** An engine that answers, as far as the first look asks. */
export const ENGINE = 'case "$1" in version) echo "28.2.2 (linux/amd64)";; esac'

/** How the smoke test is started where PATH has just these programs, each the body of a shell script. */
export interface Surroundings {
  readonly folder: string
  readonly programs: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** Starts `smoke/main.ts` or `smoke/kind.ts`. */
export async function startSmoke(
  file: 'main' | 'kind',
  args: readonly string[],
  { folder, programs, env }: Surroundings,
): Promise<Running> {
  const PATH = await mkdtemp(join(folder, 'path-'))
  for (const [name, body] of Object.entries(programs)) {
    await writeFile(join(PATH, name), `#!/bin/sh\n${body}\n`)
    await chmod(join(PATH, name), 0o700)
  }
  return start([process.execPath, join('smoke', `${file}.ts`), ...args], {
    env: { HOME: folder, NO_COLOR: '1', PATH, ...env },
  })
}
