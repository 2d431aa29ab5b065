import { kubectl as kubectlPath } from '../../scripts/kubectl.ts'
import { run } from '../support/run.ts'

/** The real kubectl on one kubeconfig. Gives stdout; @throws {Error} with stderr if it fails. */
export function createKubectl(kubeconfig: string) {
  return async (...args: readonly string[]): Promise<string> => {
    const program = await kubectlPath()
    const { code, stdout, stderr } = await run([program, ...args], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
    })
    if (code !== 0) throw new Error(`kubectl ${args.slice(0, 2).join(' ')}: ${stderr.trim()}`)
    return stdout.trim()
  }
}
