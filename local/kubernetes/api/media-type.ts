/** The type of a request's body in small letters, without parameters; JSON where none is named. */
export function mediaType(request: Request): string {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  return type || 'application/json'
}

/** Whether the client takes one of these types. */
export function accepts(request: Request, types: readonly string[]): boolean {
  const accept = request.headers.get('accept') ?? '*/*'
  return accept
    .split(',')
    .map((part) => part.split(';')[0]?.trim() ?? '')
    .some((type) => type === '*/*' || types.includes(type))
}

/** Whether one of the alternatives is a form this server has; the older versions of a Table are not there. */
export function acceptsForm(request: Request): boolean {
  const accept = request.headers.get('accept') ?? ''
  const forms = accept.split(',').filter((part) => !/;\s*as=/.test(part))
  return accept === '' || forms.length > 0 || acceptedForms(request).some((as) => FORMS.has(as))
}

const FORMS: ReadonlySet<string> = new Set([
  'Table',
  'PartialObjectMetadata',
  'PartialObjectMetadataList',
])

/** The parameter `as` of each alternative the client takes, in its order: Table, PartialObjectMetadata or none. */
export function acceptedForms(request: Request): readonly string[] {
  const accept = request.headers.get('accept') ?? ''
  return accept.split(',').map((part) => {
    const parameters = part.split(';').map((one) => one.trim())
    const as = parameters.find((one) => one.startsWith('as='))?.slice(3)
    const known = parameters.includes('v=v1') && parameters.includes('g=meta.k8s.io')
    return as !== undefined && known ? as : ''
  })
}
