import type { SmokeOptions } from './options.ts'
import { SmokeError } from './smoke-error.ts'

/** How an image that was built here gets into the cluster. */
export type Load =
  | { readonly way: 'kind'; readonly cluster: string }
  /** The cluster runs on this very container engine, and sees its images. */
  | { readonly way: 'engine' }
  /** A shell command that reads a `docker save` archive from its standard input. */
  | { readonly way: 'command'; readonly command: string }

type Asked = Pick<SmokeOptions, 'context' | 'load' | 'image' | 'platformImage' | 'remove'>

/** Contexts whose cluster runs on this machine's engine and sees what it has built. */
const ON_THIS_ENGINE = new Set(['docker-desktop', 'rancher-desktop', 'orbstack'])

/**
 * How the images get into the cluster: as asked, or as the name of the context tells.
 *
 * @returns Nothing if nothing is to be brought there: both images are named.
 * @throws {SmokeError} `ERR_USAGE` if it cannot be told, or is wrong for this context.
 */
export function loadOf(asked: Asked): Load | undefined {
  const { context, load } = asked
  const cluster = kindClusterOf(context)
  switch (load) {
    case 'kind':
      if (cluster !== undefined) return { way: 'kind', cluster }
      throw new SmokeError(
        'ERR_USAGE',
        `--load kind: "${context}" is no kind cluster's context (those are called kind-NAME)`,
        { hint: "give --load docker or --load 'COMMAND'" },
      )
    case 'docker':
      return { way: 'engine' }
    case undefined:
      break
    default:
      return { way: 'command', command: load }
  }
  if (cluster !== undefined) return { way: 'kind', cluster }
  if (ON_THIS_ENGINE.has(context)) return { way: 'engine' }
  if ((asked.image !== undefined && asked.platformImage !== undefined) || asked.remove)
    return undefined
  throw new SmokeError(
    'ERR_USAGE',
    `context "${context}": how do the images get into this cluster?`,
    {
      hint: [
        'one of: --load kind | --load docker (the cluster uses this engine)',
        "--load 'COMMAND' (reads an image archive from stdin: 'minikube image load -', 'k3d image import -c NAME -')",
        '--image NAME --platform-image NAME (from a registry the cluster can pull from)',
      ].join('\n'),
    },
  )
}

/** Programs that bringing the images there takes, as far as the command line tells. */
export function programsFor(asked: Asked): { readonly docker: boolean; readonly kind: boolean } {
  const { context, load } = asked
  const builds = asked.image === undefined || asked.platformImage === undefined
  const kind = load === 'kind' || (load === undefined && kindClusterOf(context) !== undefined)
  return { docker: builds || kind || (load !== undefined && load !== 'docker'), kind }
}

function kindClusterOf(context: string): string | undefined {
  return /^kind-(.+)$/.exec(context)?.[1]
}
