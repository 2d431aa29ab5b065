import type { Json } from '../store/json.ts'
import type { Location } from './query-error.ts'

/** Comparisons of two scalars. */
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>='

/** A scalar expression; each node knows where it stands, for error messages. */
export type Expression = Location &
  (
    | { readonly type: 'constant'; readonly value: Json | undefined }
    | { readonly type: 'parameter'; readonly name: string }
    | { readonly type: 'identifier'; readonly name: string }
    | { readonly type: 'member'; readonly of: Expression; readonly name: string }
    | { readonly type: 'element'; readonly of: Expression; readonly index: number }
    | { readonly type: 'not'; readonly of: Expression }
    | { readonly type: 'and' | 'or'; readonly of: readonly Expression[] }
    | {
        readonly type: 'compare'
        readonly operator: Comparison
        readonly left: Expression
        readonly right: Expression
      }
    | { readonly type: 'in'; readonly of: Expression; readonly among: readonly Expression[] }
    | {
        readonly type: 'between'
        readonly of: Expression
        readonly low: Expression
        readonly high: Expression
      }
    | { readonly type: 'like'; readonly of: Expression; readonly pattern: Expression }
    | { readonly type: 'call'; readonly name: string; readonly of: readonly Expression[] }
    | { readonly type: 'array'; readonly of: readonly Expression[] }
    | {
        readonly type: 'object'
        readonly of: readonly { readonly name: string; readonly value: Expression }[]
      }
  )

/** What comes out per row. */
export type Selection =
  | { readonly type: 'star' }
  | { readonly type: 'value'; readonly expression: Expression }
  | {
      readonly type: 'list'
      readonly items: readonly { readonly expression: Expression; readonly name?: string }[]
    }

/** A whole query of the supported subset. */
export interface Query {
  readonly isDistinct: boolean
  readonly top?: Expression
  readonly selection: Selection
  /** The name the item goes by: `c` in `FROM c` and in `FROM items AS c`. */
  readonly alias: string
  readonly where?: Expression
  readonly orderBy?: { readonly expression: Expression; readonly isDescending: boolean }
  readonly page?: { readonly offset: Expression; readonly limit: Expression }
}
