import { at, isRecord, listAt, textAt } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { catalog } from '../schema/catalog.ts'
import { fieldOf, shapeOf } from '../schema/shape.ts'
import type { Field, MapShape } from '../schema/shape.ts'
import { validateBySchema, applySchemaDefaults } from '../schema/structural.ts'
import { structShape } from './builtin.ts'
import type { CustomColumn, Resource, Rules } from './resource.ts'
import { records } from './rules/edit.ts'

export const CRD_COLLECTION = 'apiextensions.k8s.io/customresourcedefinitions'
const METADATA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

/** The kinds one CustomResourceDefinition gives: one per served version, none while it is not established. */
export function customResources(definition: KubeObject): readonly Resource[] {
  const spec = isRecord(definition.spec) ? definition.spec : {}
  const established = listAt(definition, 'status', 'conditions').some(
    (one) => at(one, 'type') === 'Established' && at(one, 'status') === 'True',
  )
  if (!established) return []
  return records(spec, 'versions')
    .filter((version) => version['served'] === true)
    .map((version) => customResource(spec, version))
}

function customResource(spec: JsonObject, version: JsonObject): Resource {
  const names = isRecord(spec['names']) ? spec['names'] : {}
  const group = String(spec['group'])
  const kind = String(names['kind'])
  const name = String(version['name'])
  const schemaAt = at(version, 'schema', 'openAPIV3Schema')
  const schema = isRecord(schemaAt) ? schemaAt : {}
  const status = at(version, 'subresources', 'status') !== undefined
  const columns = listAt(version, 'additionalPrinterColumns').filter(isRecord)
  let shape: MapShape | undefined
  return {
    group,
    version: name,
    plural: String(names['plural']),
    singular: textAt(names, 'singular') ?? kind.toLowerCase(),
    kind,
    shortNames: listAt(names, 'shortNames').map(String),
    categories: listAt(names, 'categories').map(String),
    namespaced: spec['scope'] === 'Namespaced',
    verbs: VERBS,
    subresources: status ? [{ name: 'status', verbs: ['get', 'patch', 'update'], kind }] : [],
    collection: `${group}/${String(names['plural'])}`,
    shape: () => (shape ??= rootShape(schema)),
    rules: customRules(schema, { apiVersion: `${group}/${name}`, status }),
    custom: { columns: columns as unknown as readonly CustomColumn[], schema },
  }
}

/** The definition's schema with Kubernetes' own metadata in the place every object has it. */
function rootShape(schema: JsonObject): MapShape {
  const shape = shapeOf(
    { ...schema, type: 'object', properties: schema['properties'] ?? {} },
    catalog,
  )
  const base: MapShape = shape.kind === 'map' ? shape : structShape(METADATA)
  const fields = new Map<string, Field>(base.fields)
  fields.set('apiVersion', fieldOf({ type: 'string' }, catalog))
  fields.set('kind', fieldOf({ type: 'string' }, catalog))
  fields.set('metadata', fieldOf({ $ref: `#/components/schemas/${METADATA}` }, catalog))
  return { ...base, fields }
}

function customRules(
  schema: JsonObject,
  { apiVersion, status }: { readonly apiVersion: string; readonly status: boolean },
): Rules {
  return {
    generation: true,
    defaults: (object) => applySchemaDefaults(object, schema),
    ...(status
      ? {
          prepareCreate: (object: KubeObject) => {
            delete object.status
          },
          prepareUpdate: (object: KubeObject, live: KubeObject) => {
            if (live.status === undefined) delete object.status
            else object.status = live.status
          },
        }
      : {}),
    validate: (object) => validateBySchema(object, schema),
    validateStatus: (object) => validateBySchema(object, schema),
    // All versions are stored as one and differ in nothing but apiVersion (conversion strategy None)
    fromStored: (object) => (object.apiVersion === apiVersion ? object : { ...object, apiVersion }),
  }
}
