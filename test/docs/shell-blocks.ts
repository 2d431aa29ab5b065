import { readFileSync } from 'node:fs'

/** The commands of a page, in the order in which a reader types them. */
export interface ShellBlock {
  readonly page: string
  /** Heading of the section it stands in. */
  readonly section: string
  readonly commands: string
}

/** All blocks of a Markdown page that are marked as shell. */
export function shellBlocks(page: string): readonly ShellBlock[] {
  // Every other part is a block of code, where a comment looks like a heading
  const parts = readFileSync(page, 'utf8').split(/^ *```/m)
  let section = ''
  return parts.flatMap((part, index) => {
    if (index % 2 === 0) {
      section = part.match(/(?<=^#+ ).*$/gm)?.at(-1) ?? section
      return []
    }
    const [, language = '', commands = ''] = /^(\w*)\n([\s\S]*)$/.exec(part) ?? []
    return ['sh', 'bash', 'shell'].includes(language) ? [{ page, section, commands }] : []
  })
}
