/** The type of a request's body, without parameters; JSON where none is named. */
export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? 'application/json').split(';')[0]?.trim() ?? ''
}

/** Whether the client takes one of these types. */
export function accepts(request: Request, types: readonly string[]): boolean {
  const accept = request.headers.get('accept') ?? '*/*'
  return accept
    .split(',')
    .map((part) => part.split(';')[0]?.trim() ?? '')
    .some((type) => type === '*/*' || type === 'application/*' || types.includes(type))
}

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
