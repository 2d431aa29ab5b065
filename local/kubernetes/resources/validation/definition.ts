import { asText, isRecord } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { notImplemented } from '../../errors.ts'
import { records } from '../rules/edit.ts'
import { IMMUTABLE, invalidValue, notSupported, required } from './causes.ts'
import { dnsLabel1035 } from './names.ts'
import { validateStructure } from './structural-schema.ts'

/**
 * CustomResourceDefinitions as far as they are served here.
 *
 * @throws {StatusError} 501 for what this server would otherwise silently not do: CEL rules and conversion webhooks.
 */
export function validateDefinition(definition: KubeObject): readonly StatusCause[] {
  const spec = isRecord(definition.spec) ? definition.spec : {}
  refuseUnsupported(spec)
  const names = isRecord(spec['names']) ? spec['names'] : {}
  const causes: StatusCause[] = []
  const expected = `${String(names['plural'])}.${String(spec['group'])}`
  if (definition.metadata.name !== expected) {
    causes.push(
      invalidValue(
        'metadata.name',
        definition.metadata.name,
        `must be spec.names.plural+"."+spec.group`,
      ),
    )
  }
  if (!spec['group']) causes.push(required('spec.group'))
  if (spec['scope'] !== 'Cluster' && spec['scope'] !== 'Namespaced') {
    causes.push(
      spec['scope']
        ? notSupported('spec.scope', spec['scope'], ['Cluster', 'Namespaced'])
        : required('spec.scope'),
    )
  }
  for (const key of ['plural', 'singular', 'kind', 'listKind']) {
    const value = asText(names[key])
    if (value === '') causes.push(required(`spec.names.${key}`))
    else
      causes.push(
        ...dnsLabel1035(value.toLowerCase()).map((one) =>
          invalidValue(`spec.names.${key}`, value, one),
        ),
      )
  }
  return [...causes, ...versions(spec)]
}

/** Where the real server, which first moves a schema all versions share, finds fault with its type. */
const SHARED = 'spec.validation.openAPIV3Schema'

function versions(spec: JsonObject): readonly StatusCause[] {
  const list = records(spec, 'versions')
  const stored = list.filter((version) => version['storage'] === true)
  const causes: StatusCause[] = []
  if (stored.length !== 1) {
    causes.push(
      invalidValue(
        'spec.versions',
        list,
        'must have exactly one version marked as storage version',
      ),
    )
    if (stored.length === 0) {
      causes.push(
        invalidValue('status.storedVersions', null, 'must have at least one stored version'),
      )
    }
  }
  list.forEach((version, index) => {
    const name = asText(version['name'])
    for (const problem of dnsLabel1035(name)) {
      causes.push(invalidValue(`spec.versions[${index}].name`, name, problem))
      // The old field that stands for the first version is checked as well
      if (index === 0) causes.push(invalidValue('spec.version', name, problem))
    }
    const schema = isRecord(version['schema']) ? version['schema']['openAPIV3Schema'] : undefined
    const field = `spec.versions[${index}].schema.openAPIV3Schema`
    if (!isRecord(schema)) causes.push(required(field))
    else if (schema['type'] !== 'object') {
      causes.push(
        schema['type'] === undefined
          ? required(`${SHARED}.type`, 'must not be empty at the root')
          : invalidValue(`${SHARED}.type`, schema['type'], 'must be object at the root'),
      )
    } else causes.push(...validateStructure(schema, SHARED))
  })
  return causes
}

function refuseUnsupported(spec: JsonObject): void {
  const conversion = isRecord(spec['conversion']) ? spec['conversion']['strategy'] : undefined
  if (conversion === 'Webhook') throw notImplemented('conversion webhooks are not supported')
  if (JSON.stringify(spec['versions'] ?? []).includes('"x-kubernetes-validations"')) {
    throw notImplemented(
      'x-kubernetes-validations (CEL rules) of custom resources are not supported',
    )
  }
}

export function validateDefinitionUpdate(
  after: KubeObject,
  before: KubeObject,
): readonly StatusCause[] {
  const now = isRecord(after.spec) ? after.spec : {}
  const was = isRecord(before.spec) ? before.spec : {}
  const causes: StatusCause[] = []
  for (const key of ['group', 'scope']) {
    if (now[key] !== was[key]) causes.push(invalidValue(`spec.${key}`, now[key], IMMUTABLE))
  }
  return causes
}
