import type { StatusCause } from '../../errors.ts'
import type { KubeObject, ObjectMeta } from '../../object.ts'
import type { Resource } from '../resource.ts'
import { duplicate, forbiddenField, IMMUTABLE, invalidValue, required } from './causes.ts'
import {
  dnsLabel,
  dnsLabel1035,
  dnsSubdomain,
  labelKey,
  labelValue,
  pathSegment,
  qualifiedName,
} from './names.ts'
import type { NameRule } from './names.ts'

const MAX_ANNOTATION_BYTES = 256 * 1024

const NAME_RULES: Readonly<Record<NonNullable<Resource['rules']['name']>, NameRule>> = {
  label: dnsLabel,
  subdomain: dnsSubdomain,
  path: pathSegment,
  service: dnsLabel1035,
  free: () => [],
}

/** What every object's metadata must be when it is created. */
export function validateMetadata(object: KubeObject, resource: Resource): readonly StatusCause[] {
  const { metadata } = object
  const rule = NAME_RULES[resource.rules.name ?? 'subdomain']
  return [
    ...generateName(metadata, rule),
    ...name(metadata, rule),
    ...namespaceOf(metadata, resource),
    ...validateLabels(metadata.labels, 'metadata.labels'),
    ...validateAnnotations(metadata.annotations, 'metadata.annotations'),
    ...owners(metadata),
    ...finalizers(metadata),
  ]
}

function generateName(metadata: ObjectMeta, rule: NameRule): readonly StatusCause[] {
  const prefix = metadata.generateName ?? ''
  if (prefix === '') return []
  // The server appends letters, so a trailing dash is fine
  const problems = rule(prefix.endsWith('-') ? `${prefix.slice(0, -1)}a` : prefix)
  return problems.map((one) => invalidValue('metadata.generateName', prefix, one))
}

function name(metadata: ObjectMeta, rule: NameRule): readonly StatusCause[] {
  const value = metadata.name ?? ''
  if (value === '') return [required('metadata.name', 'name or generateName is required')]
  return rule(value).map((one) => invalidValue('metadata.name', value, one))
}

function namespaceOf(metadata: ObjectMeta, resource: Resource): readonly StatusCause[] {
  const value = metadata.namespace ?? ''
  // The namespace of a cluster-wide object is dropped before anybody looks
  if (!resource.namespaced) return []
  return dnsLabel(value).map((one) => invalidValue('metadata.namespace', value, one))
}

export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  field: string,
): readonly StatusCause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...labelKey(key).map((one) => invalidValue(field, key, one)),
    ...labelValue(value).map((one) => invalidValue(field, value, one)),
  ])
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
): readonly StatusCause[] {
  const entries = Object.entries(annotations ?? {})
  const causes = entries.flatMap(([key]) =>
    qualifiedName(key.toLowerCase()).map((one) => invalidValue(field, key, one)),
  )
  const bytes = entries.reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(value),
    0,
  )
  if (bytes <= MAX_ANNOTATION_BYTES) return causes
  const message = `Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`
  return [...causes, { reason: 'FieldValueTooLong', message, field }]
}

function owners(metadata: ObjectMeta): readonly StatusCause[] {
  const field = 'metadata.ownerReferences'
  const list = metadata.ownerReferences ?? []
  const causes = list.flatMap((owner) => [
    ...(owner.apiVersion
      ? []
      : [invalidValue(`${field}.apiVersion`, owner.apiVersion, 'version must not be empty')]),
    ...(owner.kind ? [] : [invalidValue(`${field}.kind`, owner.kind, 'must not be empty')]),
    ...(owner.name ? [] : [invalidValue(`${field}.name`, owner.name, 'must not be empty')]),
    ...(owner.uid ? [] : [invalidValue(`${field}.uid`, owner.uid, 'must not be empty')]),
  ])
  const controllers = list.filter((owner) => owner.controller === true)
  if (controllers.length < 2) return causes
  const [first, second] = controllers
  return [
    ...causes,
    invalidValue(
      field,
      list,
      `Only one reference can have Controller set to true. Found "true" in references for ${first?.kind}/${first?.name} and ${second?.kind}/${second?.name}`,
    ),
  ]
}

const STANDARD_FINALIZERS: ReadonlySet<string> = new Set([
  'orphan',
  'foregroundDeletion',
  'kubernetes',
])

function finalizers(metadata: ObjectMeta): readonly StatusCause[] {
  const list = metadata.finalizers ?? []
  const both = list.includes('orphan') && list.includes('foregroundDeletion')
  return [
    ...list.flatMap((one) =>
      qualifiedName(one).map((problem) => invalidValue('metadata.finalizers', one, problem)),
    ),
    ...list.flatMap((one, index) =>
      one.includes('/') || STANDARD_FINALIZERS.has(one)
        ? []
        : [
            invalidValue(
              `metadata.finalizers[${index}]`,
              one,
              'name is neither a standard finalizer name nor is it fully qualified',
            ),
          ],
    ),
    ...(both
      ? [
          invalidValue(
            'metadata.finalizers',
            list,
            'finalizer orphan and foregroundDeletion cannot be both set',
          ),
        ]
      : []),
  ]
}

/** What may not change in metadata; `fresh` already holds the server's own fields. */
export function validateMetadataUpdate(
  fresh: KubeObject,
  live: KubeObject,
): readonly StatusCause[] {
  const after = fresh.metadata
  const before = live.metadata
  const causes: StatusCause[] = []
  for (const key of ['name', 'namespace', 'uid', 'creationTimestamp'] as const) {
    if (after[key] !== before[key])
      causes.push(invalidValue(`metadata.${key}`, after[key], IMMUTABLE))
  }
  if (before.deletionTimestamp !== undefined) {
    const added = (after.finalizers ?? []).filter((one) => !(before.finalizers ?? []).includes(one))
    if (added.length > 0) {
      causes.push(
        forbiddenField(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`,
        ),
      )
    }
  }
  return causes
}

/** Two items of a list that must differ by one key. */
export function duplicates(
  items: readonly (string | undefined)[],
  field: (index: number) => string,
): readonly StatusCause[] {
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    if (item === undefined || item === '') return []
    if (seen.has(item)) return [duplicate(field(index), item)]
    seen.add(item)
    return []
  })
}
