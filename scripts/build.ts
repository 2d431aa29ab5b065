// `npm run build`: the one-file programs users start, into dist/. Development runs the sources.
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import type { BuildOptions, Metafile, Plugin } from 'esbuild'
import { addCodeCache } from './code-cache.ts'
import { licences } from './licences.ts'

/** One program: from which file, into which form. */
interface Program {
  readonly name: string
  readonly entry: string
  readonly options?: BuildOptions
  /** By name, what it imports lazily and few runs need, as files beside it: whatever is in the one file is read at every start. */
  readonly apart?: Readonly<Record<string, string>>
  /**
   * Where it is started often enough for a code cache: made by the build, as its file system may be read-only, or by the
   * first run of each command. See worker-start.cjs and deployer-start.cjs.
   */
  readonly codeCache?: 'built' | 'kept'
}

/**
 * A single file; whatever it imports lazily is in there too. It is CommonJS because an ES module starts more slowly: it is
 * resolved and linked file by file, and an `import` of one of Node's own modules evaluates every getter that has.
 */
const ONE_FILE: BuildOptions = { format: 'cjs', outExtension: { '.js': '.cjs' } }

const STARTER = 'deployer-start.cjs'

const OLDEST_NODE = 24

/** Said before an older Node stumbles over something. The directive stands here too: behind anything else it is none. */
const BANNER = [
  '"use strict";',
  `if(parseInt(process.versions.node)<${OLDEST_NODE}){`,
  'console.error(process.argv[1].replace(/.*[\\\\/]/,"")+',
  `": Node ${OLDEST_NODE} or later is needed, this is "+process.versions.node);process.exit(1)}`,
].join('')

const PROGRAMS: readonly Program[] = [
  {
    name: 'worker',
    entry: 'app/main.ts',
    options: {
      // Every request of the Azure SDKs asks `body instanceof FormData`, and Node loads all of its fetch to answer:
      // 13-20 ms for a class the worker never sends. It must be CommonJS: as an ES module, importing node:http alone
      // loads the same code.
      define: { FormData: 'undefined' },
    },
    codeCache: 'built',
  },
  {
    name: 'deployer',
    entry: 'deployer/main.ts',
    apart: { 'deployer-client-node': 'deployer/cluster/client-node.ts' },
    options: { supported: { 'dynamic-import': false } }, // `require` what is apart: it loads no second module system
    codeCache: 'kept',
  },
  { name: 'platform', entry: 'local/in-cluster.ts' },
]

/**
 * Builds one program: the bundle, its source map beside it (not loaded: it would cost 47 ms at every start; symbolise
 * with it afterwards), and the licences of everything that is inside.
 *
 * @param directory Where to; made if missing.
 * @throws If esbuild finds an error; it has printed it by then.
 */
export async function buildProgram(name: string, directory: string): Promise<void> {
  const program = PROGRAMS.find((program) => program.name === name)
  if (program === undefined) throw new TypeError(`no program is called ${name}`)
  await mkdir(directory, { recursive: true })
  const { metafile } = await build({
    entryPoints: { [program.name]: program.entry, ...program.apart },
    outdir: directory,
    bundle: true,
    platform: 'node',
    target: `node${OLDEST_NODE}`,
    banner: { js: BANNER },
    minify: true,
    sourcemap: 'external',
    legalComments: 'none', // they are in the licence file, whole
    metafile: true,
    logLevel: 'warning',
    plugins: [leftApart(program.apart ?? {})],
    ...ONE_FILE,
    ...program.options,
  })
  await writeFile(join(directory, `${name}.LICENSES.txt`), await licences(bundled(metafile)))
  if (program.codeCache === undefined) return
  await nameByContent(join(directory, `${name}.cjs`))
  if (program.codeCache === 'built') await addCodeCache(directory)
  else await copyFile(join('scripts', STARTER), join(directory, STARTER))
}

/** Leaves the lazy imports of these files to the files that are made of them. */
function leftApart(apart: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'left-apart',
    setup: (build) => {
      for (const [name, entry] of Object.entries(apart)) {
        build.onResolve({ filter: new RegExp(`/${basename(entry)}$`) }, ({ kind }) =>
          kind === 'dynamic-import' ? { path: `./${name}.cjs`, external: true } : undefined,
        )
      }
    },
  }
}

/** Puts the hash of the file behind its end, where the starter looks for it and the source map is not moved. */
async function nameByContent(path: string): Promise<void> {
  const source = await readFile(path, 'utf8')
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 16)
  await writeFile(path, `${source}/*${hash}*/\n`)
}

function bundled(metafile: Metafile | undefined): string[] {
  const used = Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [path] : [],
    ),
  )
  return [...new Set(used)]
}

if (import.meta.main) {
  await rm('dist', { recursive: true, force: true })
  for (const { name } of PROGRAMS) {
    await buildProgram(name, 'dist')
    process.stderr.write(`✓ dist/${name}\n`)
  }
}
