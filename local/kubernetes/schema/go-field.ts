/** How Go declares a field: decides what survives a decode and encode, and how a wrong type is reported. */
export interface GoField {
  /** As Go's decoder names it, for example `[]v1.Container`, without a leading pointer. */
  readonly type: string
  readonly pointer: boolean
  /** `omitempty`: a zero number, false, '' or empty collection disappears (a pointer to one does not). */
  readonly omitEmpty: boolean
  /** `omitzero`: a structure that is empty disappears. */
  readonly omitZero: boolean
  readonly collection: boolean
}

/** Reads `*int32,omitempty`, the notation of `schemas/go-types.json`. */
export function parseGoField(text: string): GoField {
  const [type = '', ...options] = text.split(',')
  const pointer = type.startsWith('*')
  const bare = pointer ? type.slice(1) : type
  return {
    type: bare,
    pointer,
    omitEmpty: options.includes('omitempty'),
    omitZero: options.includes('omitzero'),
    collection: bare.startsWith('[]') || bare.startsWith('map[') || NAMED_MAPS.has(bare),
  }
}

const NAMED_MAPS: ReadonlySet<string> = new Set([
  'v1.ResourceList',
  'v1.ExtraValue',
  'v1.NonResourceRules',
  'v1.JSONSchemaDefinitions',
  'v1.JSONSchemaDependencies',
])
