/** A file that was read, with the name it is called in messages. */
export interface SourceFile {
  readonly name: string
  readonly text: string
}
