// `npm run build`: the one-file programs users start, into dist/. Development runs the sources.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { BuildOptions, Metafile, Plugin } from 'esbuild'
import { addCodeCache } from './code-cache.ts'
import { licences } from './licences.ts'

/** One program: from which file, into which form. */
interface Program {
  readonly name: string
  readonly entry: string
  readonly options: BuildOptions
  /** Whether it is started often enough for a code cache: see worker-start.cjs. */
  readonly codeCache?: boolean
}

/** A single file; whatever it imports lazily is in there too. */
const ONE_FILE: BuildOptions = { format: 'cjs', outExtension: { '.js': '.cjs' } }

/** One file per lazy import, so that a command loads only what it needs. */
const SPLIT: BuildOptions = {
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[hash]',
  plugins: [lazyBuiltIns()],
  banner: {
    // Bundled CommonJS packages ask for Node's own modules by require, which an ES module does not have.
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
}

/**
 * Node's own modules by the call that just returns them. An `import` of one evaluates every getter it has, and so loads
 * what nobody asked for: `node:process` alone costs a tenth of the deployer's start. `node:child_process`, which commander
 * wants for a feature that is not used, is loaded when something of it is.
 */
function lazyBuiltIns(): Plugin {
  const namespace = 'built-in'
  return {
    name: 'lazy-built-ins',
    setup: (build) => {
      build.onResolve({ filter: /^[a-z:/_]+$/ }, ({ path }) =>
        isBuiltin(path) ? { path, namespace } : undefined,
      )
      build.onLoad({ filter: /(^|:)child_process$/, namespace }, ({ path }) => ({
        contents: `module.exports = new Proxy({}, { get: (_, key) => key === '__esModule' ? undefined : ${builtIn(path)}[key] })`,
      }))
      build.onLoad({ filter: /./, namespace }, ({ path }) => ({
        contents: `module.exports = ${builtIn(path)}`,
      }))
    },
  }
}

function builtIn(name: string): string {
  return `process.getBuiltinModule(${JSON.stringify(name)})`
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'worker',
    entry: 'app/main.ts',
    options: {
      ...ONE_FILE,
      // Every request of the Azure SDKs asks `body instanceof FormData`, and Node loads all of its fetch to answer:
      // 13-20 ms for a class the worker never sends. It must be CommonJS: as an ES module, importing node:http alone
      // loads the same code.
      define: { FormData: 'undefined' },
    },
    codeCache: true,
  },
  { name: 'deployer', entry: 'deployer/start.ts', options: SPLIT },
  { name: 'platform', entry: 'local/in-cluster.ts', options: ONE_FILE },
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
    entryPoints: { [program.name]: program.entry },
    outdir: directory,
    bundle: true,
    platform: 'node',
    target: 'node24',
    minify: true,
    sourcemap: 'external',
    legalComments: 'none', // they are in the licence file, whole
    metafile: true,
    logLevel: 'warning',
    ...program.options,
  })
  await writeFile(join(directory, `${name}.LICENSES.txt`), await licences(bundled(metafile)))
  if (program.codeCache) {
    await nameByContent(join(directory, `${name}.cjs`))
    await addCodeCache(directory)
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
