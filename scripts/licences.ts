import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The licence texts of all packages that ended up in a bundle: whoever ships the bundle must ship them too.
 *
 * @param files Paths of bundled files, relative to the project.
 * @returns One text, sorted by package, the same for the same input.
 * @throws If a package names no licence at all.
 */
export async function licences(files: readonly string[]): Promise<string> {
  const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []))
  const parts = await Promise.all([...folders].toSorted().map(packageLicence))
  return parts.join('\n')
}

/** `node_modules/@azure/cosmos` of `node_modules/@azure/cosmos/dist/x.js`; the innermost one, when they are nested. */
export function packageFolder(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
}

/** Packages whose licence stands in their README only. */
const IN_README: Readonly<Record<string, string>> = { semaphore: 'MIT' }

async function packageLicence(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as { readonly name: string; readonly version: string; readonly license?: string }
  const text = await licenceText(folder)
  const kind = license ?? IN_README[name]
  if (kind === undefined) throw new Error(`${name} names no licence`)
  const title = `${name} ${version} (${kind})`
  return `${title}\n${'='.repeat(title.length)}\n\n${text ?? 'The package contains no licence file.'}\n`
}

async function licenceText(folder: string): Promise<string | undefined> {
  const names = await readdir(folder)
  const file = names.find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name))
  return file === undefined ? undefined : (await readFile(join(folder, file), 'utf8')).trim()
}
