import { expect, test } from 'vitest'
import { mistypedHint } from './mistyped.ts'

const PREFIX = 'failed to create typed patch object (n/web; v1, Kind=ConfigMap): '

test.for([
  {
    when: 'a number stands where text is wanted',
    message: `${PREFIX}.data.PORT: expected string, got &value.valueUnstructured{Value:8080}`,
    hint: 'quote it as it stands in the file, so that it is text: PORT',
  },
  {
    when: 'there are several, one of a name with dots',
    message: `${PREFIX}errors:\n  .data.log.debug: expected string, got &value.valueUnstructured{Value:true}\n  .metadata.annotations.example.com/x: expected string, got &value.valueUnstructured{Value:1.5}`,
    hint: 'quote it as it stands in the file, so that it is text: log.debug, example.com/x',
  },
  {
    when: 'it is an environment variable',
    message: `${PREFIX}.spec.template.spec.containers[name="app"].env[name="PORT"].value: expected string, got &value.valueUnstructured{Value:80}`,
    hint: 'quote it as it stands in the file, so that it is text: value',
  },
  {
    when: 'text stands where a number is wanted',
    message: `${PREFIX}.spec.replicas: expected numeric (int or float), got string`,
    hint: 'write a number, without quotes: replicas',
  },
  {
    when: 'a word stands where true or false is wanted',
    message: `${PREFIX}.immutable: expected boolean, got &{yes}`,
    hint: 'write true or false, without quotes: immutable',
  },
  {
    when: 'a creation is decoded, and text is wanted',
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    hint: 'put the value in quotes, so that it is text: data',
  },
  {
    when: 'a creation is decoded, and a number is wanted',
    message:
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    hint: 'write a number, without quotes: spec.replicas',
  },
  {
    when: 'the value is a map, which quotes would not help',
    message: `${PREFIX}.data.a: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"b":"c"}}`,
    hint: undefined,
  },
  {
    when: 'a field is misspelt',
    message: `${PREFIX}errors:\n  .data.a: expected string, got &value.valueUnstructured{Value:1}\n  .dta: field not declared in schema`,
    hint: 'quote it as it stands in the file, so that it is text: a; correct the name, there is no such field: dta',
  },
  {
    when: 'something is there twice',
    message: `${PREFIX}errors:\n  .spec.template.spec.containers[name="a"].env: duplicate entries for key [name="A"]\n  .spec.template.spec.containers: duplicate entries for key [name="a"]`,
    hint: 'keep one of each: env name="A", containers name="a"',
  },
  {
    when: 'the sentence is about something else',
    message: `${PREFIX}no such place`,
    hint: undefined,
  },
])('the hint is "$hint" when $when', ({ message, hint }) => {
  expect(mistypedHint(message)).toBe(hint)
})
