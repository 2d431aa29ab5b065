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
  const [, ...sections] = readFileSync(page, 'utf8').split(/^#+ /m)
  return sections.flatMap((text) => {
    const section = text.slice(0, text.indexOf('\n'))
    const blocks = [...text.matchAll(/^```(?:sh|bash|shell)\n([\s\S]*?)^```$/gm)]
    return blocks.map(([, commands = '']) => ({ page, section, commands }))
  })
}
