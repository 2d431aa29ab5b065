import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readDeclaration } from '../../local/declaration.ts'
import type { Declaration } from '../../local/declaration.ts'
import { writeEnvironment } from '../../local/environment.ts'
import { startPlatform } from '../../local/platform.ts'
import type { Platform } from '../../local/platform.ts'
import { kubectl as kubectlPath } from '../../scripts/kubectl.ts'
import { run, start } from './run.ts'
import type { Ended, Running } from './run.ts'

/** A platform of its own for one test file: own ports, own directory, own certificates. */
export interface TestPlatform extends Platform {
  /** An environment file for this platform. */
  readonly environment: string
  /** Runs the deployer, on this platform's environment unless the arguments name another. */
  deployer(command: string, ...args: readonly string[]): Promise<Ended>
  /** Runs the real kubectl as the administrator. */
  kubectl(...args: readonly string[]): Promise<Ended>
  /** Starts the real kubectl, to follow something. */
  startKubectl(...args: readonly string[]): Promise<Running>
}

export const DECLARATION = readDeclaration(join('local', 'platform.yaml'))

/**
 * Starts a platform for a test.
 *
 * @param change Makes this platform's cloud differ from `local/platform.yaml`.
 * @param options.deadlineSeconds How long its worker tries again what may be propagation; as long as in the cloud unless
 *   given. It holds for good answers too, so it must be longer than a busy machine takes for them.
 */
export async function startTestPlatform(
  change: (declaration: Declaration) => Declaration = (declaration) => declaration,
  options: { readonly deadlineSeconds?: number } = {},
): Promise<TestPlatform> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-platform-'))
  const declaration = change(DECLARATION)
  const platform = await startPlatform({ declaration, directory })
  const environment = await writeEnvironment(platform, {
    template: join('manifests', 'environments', 'local.yaml'),
    ...options,
  })
  const env = { ...process.env, KUBECONFIG: platform.kubeconfig, NO_COLOR: '1', HOME: directory }
  return {
    ...platform,
    environment,
    deployer: (command, ...args) => {
      const given = args.includes('--env') ? args : [...args, '--env', environment]
      return run([process.execPath, join('deployer', 'main.ts'), command, ...given], { env })
    },
    kubectl: async (...args) => run([await kubectlPath(), ...args], { env }),
    startKubectl: async (...args) => start([await kubectlPath(), ...args], { env }),
    close: async () => {
      await platform.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
