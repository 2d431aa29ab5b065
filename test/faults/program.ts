import { spawn } from 'node:child_process'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { buildProgram } from '../../scripts/build.ts'

/** A child process of the built deployer. */
export interface Started {
  /** Gives back whether it was still running. */
  kill(signal: 'SIGINT' | 'SIGKILL'): boolean
  /** How it ended; a signal that ended it is in `signal`. */
  readonly ended: Promise<{
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly stderr: string
  }>
}

/**
 * Builds the deployer as users start it, beside a copy of the manifests it looks for.
 *
 * @returns The file to start.
 */
export async function buildDeployer(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true })
  await cp('manifests', join(directory, 'manifests'), { recursive: true })
  await cp('package.json', join(directory, 'package.json'))
  await buildProgram('deployer', join(directory, 'dist'))
  return join(directory, 'dist', 'deployer-start.cjs')
}

/** Starts a command line of the built deployer. */
export function startDeployer(program: string, args: readonly string[]): Started {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { NODE_COMPILE_CACHE: join(program, '..', '..', 'compiled') },
  })
  const stderr = text(child.stderr)
  return {
    kill: (signal) => child.exitCode === null && child.kill(signal),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        void stderr.then((said) => resolve({ code, signal, stderr: said }))
      })
    }),
  }
}
