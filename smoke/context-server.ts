import type { KubectlTarget } from './kubectl.ts'
import { lastLines, runProgram } from './program.ts'
import { SmokeError } from './smoke-error.ts'

interface KubeConfigView {
  readonly contexts?: readonly {
    readonly name: string
    readonly context: { readonly cluster: string }
  }[]
  readonly clusters?: readonly {
    readonly name: string
    readonly cluster: { readonly server?: string }
  }[]
}

/**
 * The API server that a context leads to; nothing is asked of it.
 *
 * @throws {SmokeError} `ERR_CONTEXT` if the kubeconfig cannot be read or does not have the context.
 */
export async function serverOf({ program, context, env, signal }: KubectlTarget): Promise<string> {
  const view = [program, 'config', 'view', '-o', 'json'] as const
  const { code, stdout, stderr } = await runProgram(view, { env, signal })
  if (code !== 0) {
    throw new SmokeError('ERR_CONTEXT', `the kubeconfig cannot be read: ${lastLines(stderr)}`, {
      hint: 'kubectl config view shows what is wrong; KUBECONFIG names the file, ~/.kube/config unless set',
    })
  }
  const config = JSON.parse(stdout) as KubeConfigView
  const names = (config.contexts ?? []).map(({ name }) => name)
  const found = config.contexts?.find(({ name }) => name === context)
  if (!found) throw unknownContext(context, names)
  const cluster = config.clusters?.find(({ name }) => name === found.context.cluster)
  return cluster?.cluster.server ?? 'a server that the kubeconfig does not name'
}

function unknownContext(context: string, names: readonly string[]): SmokeError {
  const isKind = context.startsWith('kind-')
  return new SmokeError(
    'ERR_CONTEXT',
    `context "${context}" is not in the kubeconfig; it has ${names.length === 0 ? 'none' : names.join(', ')}`,
    {
      hint: isKind
        ? `if the cluster is there (kind get clusters): kind export kubeconfig --name ${context.slice('kind-'.length)}; else: npm run smoke:kind`
        : 'KUBECONFIG names the file, ~/.kube/config unless set; kubectl config get-contexts lists what it has',
    },
  )
}
