import { APPLY, create, get, inNamespace, JSON_PATCH, MERGE, remove, STRATEGIC } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { configMap } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const SAID = { only: ['kind', 'data', 'message', 'reason', 'code', 'details'] }
const SEEDED = create(MAPS, configMap('x'), { silent: true })

function post(text: string, contentType = 'application/json', query = ''): Step {
  return { method: 'POST', path: `${MAPS}${query}`, text, contentType, ...SAID }
}

function patchText(contentType: string, text: string, query = ''): Step {
  return { method: 'PATCH', path: `${MAPS}/x${query}`, text, contentType, ...SAID }
}

function yaml(lines: readonly string[], query = ''): Step {
  const head = ['kind: ConfigMap', 'apiVersion: v1', 'metadata: {name: map}']
  return post([...head, ...lines].join('\n'), 'application/yaml', `?dryRun=All${query}`)
}

const MAP_TEXT = JSON.stringify(configMap('x'))
const TWICE = '{"data":{"a":"1","a":"2"},"nope":1}'

export const BODY_CASES: readonly Case[] = [
  {
    name: 'body: text that is no JSON',
    steps: [
      '{',
      '{"a"',
      '{"a":1,',
      '{"a":"x',
      '{a:1}',
      "{'a':1}",
      '{"a" 1}',
      '{"a":1 "b"}',
      '[1 2]',
      '{"a":tru}',
      'nul',
      '{"a":1.}',
      '{"a":01}',
      '{"a":-}',
      '{"a":1e}',
      '{"a":"\\x"}',
      '{"a":"\n"}',
      '{"a":1}}',
      '{"metadata":{"name":"long"}} and more',
      '<html>',
    ].map((text) => post(text)),
  },
  {
    name: 'body: JSON that is no object',
    steps: ['', 'null', '[]', '"x"', '1', '{}'].map((text) => post(text)),
  },
  {
    name: 'body: types of content',
    steps: [
      'application/json; charset=utf-8',
      'APPLICATION/JSON',
      MERGE,
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/cbor',
      '*/*',
      'nonsense',
    ].map((type) => post(MAP_TEXT, type, '?dryRun=All')),
  },
  {
    name: 'body: YAML as Kubernetes reads it',
    steps: [
      yaml(['data: {a: yes}']),
      yaml(['data: {a: y}']),
      yaml(['data: {a: "no", b: 2026-01-01, c: 1:30}']),
      yaml(['immutable: on']),
      yaml(['data: {a: "1", a: "2"}']),
      yaml(['data: {a: "1", a: "2"}'], '&fieldValidation=Strict'),
      yaml(['---', 'kind: ConfigMap']),
    ],
  },
  {
    name: 'body: patches that cannot be read',
    steps: [
      { ...patchText(MERGE, '{'), path: `${MAPS}/gone` },
      SEEDED,
      ...['{', '', 'null', '[]', '"a"'].flatMap((text) => [
        patchText(MERGE, text),
        patchText(STRATEGIC, text),
        patchText(JSON_PATCH, text),
      ]),
      ...['', '[]', 'null'].map((text) => patchText(APPLY, text, '?fieldManager=m')),
      patchText(MERGE, '{"metadata":null}'),
      patchText('application/json', '{}'),
    ],
  },
  {
    name: 'body: keys written twice in a patch',
    steps: [
      SEEDED,
      ...[MERGE, STRATEGIC].flatMap((type) => [
        patchText(type, TWICE, '?fieldValidation=Strict'),
        patchText(type, TWICE, '?fieldValidation=Warn'),
      ]),
      patchText(JSON_PATCH, '[{"op":"add","op":"add","path":"/data/b","value":"1"}]'),
      patchText(
        JSON_PATCH,
        '[{"op":"add","nope":1,"path":"/data/b","value":"1"}]',
        '?fieldValidation=Strict',
      ),
      patchText(APPLY, MAP_TEXT.replace('"a":"1"', '"b":"1","b":"2"'), '?fieldManager=m'),
      patchText(
        APPLY,
        MAP_TEXT.replace('"a":"1"', '"b":"1","b":"2"'),
        '?fieldManager=m&fieldValidation=Strict',
      ),
    ],
  },
  {
    name: 'body: options of a delete are checked before anything is deleted',
    steps: [
      SEEDED,
      ...['{', '[]', '{"kind":"Pod","apiVersion":"v1"}', '{"gracePeriodSeconds":"x"}'].map(
        (text): Step => ({ method: 'DELETE', path: `${MAPS}/x`, text, ...SAID }),
      ),
      remove(`${MAPS}/x`, { dryRun: ['Nope'] }),
      remove(`${MAPS}/x`, { preconditions: { uid: '' } }),
      remove(`${MAPS}/x?gracePeriodSeconds=x`),
      remove(`${MAPS}/x?propagationPolicy=x`),
      remove(`${MAPS}/x?dryRun=x`),
      get(`${MAPS}/x`, SAID),
      remove(`${MAPS}/x?orphanDependents=maybe`, undefined, {
        only: ['metadata.finalizers', 'kind'],
      }),
    ],
  },
]
