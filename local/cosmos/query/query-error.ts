import { Refusal } from '../errors.ts'

/** Where in the query text, in characters. */
export interface Location {
  readonly start: number
  readonly end: number
}

/**
 * 400 of a query, with the errors as JSON inside the message, as the service does it.
 *
 * @param code `SC1001` syntax, `SC1002` unexpected end, `SC2001` unknown identifier, `SC2005` unknown function.
 * @see https://github.com/thomaslevesque/CosmosDBStudio/issues/21 for the shape
 */
export function queryError(code: string, message: string, location: Location): Refusal {
  const error = { severity: 'Error', location, code, message }
  return new Refusal(400, 'BadRequest', `Message: ${JSON.stringify({ errors: [error] })}`)
}

/** Azure/azure-cosmos-dotnet-v3#3137 */
export function syntaxError(near: string, location: Location): Refusal {
  return queryError('SC1001', `Syntax error, incorrect syntax near '${near}'.`, location)
}

/** Azure/azure-cosmos-dotnet-v3#1328 */
export function unknownIdentifier(name: string, location: Location): Refusal {
  return queryError('SC2001', `Identifier '${name}' could not be resolved.`, location)
}

/** The cloud understands it, this stand-in does not: refused, because a near answer would be a wrong one. */
export function notSupported(what: string, location: Location): Refusal {
  return queryError('SC1001', `${what} is not supported by this local stand-in.`, location)
}
