import { expect, test } from 'vitest'
import { objectOf, parseManifests } from './manifests.ts'

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n'

function problemsOf(...texts: readonly string[]): string {
  try {
    parseManifests(texts.map((text, index) => ({ name: `${index}.yaml`, text })))
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

test('several documents in one file are several objects', () => {
  const text = `${CONFIG_MAP}---\n${CONFIG_MAP.replace('name: a', 'name: b')}---\n`
  const names = parseManifests([{ name: 'a.yaml', text }]).map((one) => objectOf(one).metadata.name)
  expect(names).toEqual(['a', 'b'])
})

test('the items of a List are objects of their own', () => {
  const items = ['a', 'b'].map(
    (name) => `- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: ${name}}`,
  )
  const text = `apiVersion: v1\nkind: List\nmetadata: {resourceVersion: ""}\nitems:\n${items.join('\n')}\n`
  const manifests = parseManifests([{ name: 'a.yaml', text }])
  expect(manifests.map((one) => objectOf(one).metadata.name)).toEqual(['a', 'b'])
  expect(manifests.map(({ place }) => place)).toEqual(['a.yaml:1, items[0]', 'a.yaml:1, items[1]'])
  expect(manifests[1]?.document.toString()).toContain('kind: ConfigMap')
})

test('a file mode with a leading zero is octal, as it is for kubectl', () => {
  const [one] = parseManifests([{ name: 'a.yaml', text: `${CONFIG_MAP}mode: 0644\n` }])
  expect(one && objectOf(one)['mode']).toBe(0o644)
})

test.for([
  { written: '0644', is: 0o644 },
  { written: '-017', is: -15 },
  { written: '08', is: 8 },
  { written: '0x1f', is: 31 },
  { written: '12e4567', is: '12e4567' },
  { written: '12:30', is: '12:30' },
  { written: '2026-01-01', is: '2026-01-01' },
  { written: '!!str 5', is: '5' },
])('$written is what kubectl makes of it', ({ written, is }) => {
  const [one] = parseManifests([{ name: 'a.yaml', text: `${CONFIG_MAP}x: ${written}\n` }])
  expect(one && objectOf(one)['x']).toBe(is)
})

test.for([
  { written: 'y', says: "unquoted y is a boolean for kubectl: write true, false or 'y'" },
  { written: '1_000', says: 'this is a number for kubectl: write it in decimal, or quote it' },
  { written: '0b11', says: 'this is a number for kubectl: write it in decimal, or quote it' },
  { written: '0X1F', says: 'this is a number for kubectl: write it in decimal, or quote it' },
  { written: '12345678901234567', says: 'this number is too large to be read exactly' },
  { written: '.inf', says: 'JSON has no such number: write another, or quote it' },
  { written: '!!binary aGk=', says: 'tag tag:yaml.org,2002:binary is not accepted' },
  { written: '\n  0644: 1', says: "another key than it is written: quote it, '0644'" },
  { written: '\n  ~: 1', says: "another key than it is written: quote it, '~'" },
  { written: '\n  n: 1', says: "unquoted n is a boolean for kubectl: write 'n'" },
])('$written is refused, because it is something else for kubectl or JSON', ({ written, says }) => {
  expect(problemsOf(`${CONFIG_MAP}x: ${written}\n`)).toContain(says)
})

test.for([
  {
    when: 'one object is written twice',
    texts: [CONFIG_MAP, CONFIG_MAP],
    says: 'ConfigMap/a is written twice: 0.yaml:1, 1.yaml:1',
  },
  {
    when: 'a document has no kind',
    texts: ['apiVersion: v1\nmetadata: {name: x}\n'],
    says: '0.yaml:1: not a Kubernetes object: kind missing',
  },
  {
    when: 'a document is a list',
    texts: ['- 1\n'],
    says: '0.yaml:1: expected a Kubernetes object, got a list',
  },
  {
    when: 'the list of one kind is used',
    texts: ['apiVersion: v1\nkind: PodList\nmetadata: {name: x}\nitems: []\n'],
    says: 'a PodList is not accepted: write its items as documents, or as kind: List',
  },
  {
    when: 'a List lists something else',
    texts: ['apiVersion: v1\nkind: List\nitems: none\n'],
    says: '0.yaml:1: items of a List must be a list',
  },
  {
    when: 'an item of a List has no name',
    texts: ['apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n'],
    says: '0.yaml:1, items[0]: not a Kubernetes object: metadata.name missing',
  },
  {
    when: 'it is a Kustomization',
    texts: ['apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'],
    says: 'build it into a folder of its own first (kubectl kustomize)',
  },
  {
    when: 'it is no Kubernetes file at all',
    texts: ['services: {web: {image: web}}\n'],
    says: 'metadata.name missing; all YAML and JSON of the folder is deployed: keep other files elsewhere',
  },
  {
    when: 'a value is a template',
    texts: ['apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n'],
    says: 'metadata.name missing; {{ … }} belongs to a template: render it first',
  },
  {
    when: 'a line is a template',
    texts: ['{{- if .Values.on }}\napiVersion: v1\n{{- end }}\n'],
    says: '{{ … }} belongs to a template: render it first',
  },
  {
    when: 'the name is to be generated',
    texts: ['apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-}\n'],
    says: 'metadata.name missing; generateName makes a new object each time',
  },
  {
    when: 'an alias is used',
    texts: [`${CONFIG_MAP}data: {a: &x b, c: *x}\n`],
    says: '0.yaml:5:20: alias *x is not accepted',
  },
  {
    when: 'a merge key is used',
    texts: [`${CONFIG_MAP}data:\n  <<: {a: b}\n`],
    says: '0.yaml:6:3: merge key << is not accepted: write the values out',
  },
  {
    when: 'aliases would grow without end',
    texts: [`${CONFIG_MAP}a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n`],
    says: 'alias *a is not accepted',
  },
  {
    when: 'a word means two things',
    texts: [`${CONFIG_MAP}data:\n  enabled: yes\n`],
    says: "unquoted yes is a boolean for kubectl: write true, false or 'yes'",
  },
  {
    when: 'a name is a number',
    texts: ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 123}\n'],
    says: '0.yaml:1: not a Kubernetes object: metadata.name must be text: write it in quotes, "123"',
  },
  {
    when: 'a name has a slash',
    texts: [CONFIG_MAP.replace('name: a', 'name: a/b')],
    says: '0.yaml:1: not a Kubernetes object: metadata.name must be one step of a path: without / and %',
  },
  {
    when: 'a namespace is a number',
    texts: [`${CONFIG_MAP}  namespace: 2026\n`],
    says: '0.yaml:1: not a Kubernetes object: metadata.namespace must be text: write it in quotes, "2026"',
  },
  {
    when: 'it was copied from a cluster',
    texts: [`${CONFIG_MAP}  uid: 9-8\n  resourceVersion: "7"\n  creationTimestamp: null\n`],
    says: '0.yaml:1: metadata.uid, metadata.resourceVersion: belongs to one object of one cluster',
  },
  { when: 'a file is cut off', texts: [`${CONFIG_MAP}data: {a: "b`], says: 'not valid YAML' },
  { when: 'there is nothing', texts: ['# only a comment\n'], says: 'hold no Kubernetes object' },
])('the message is clear when $when', ({ texts, says }) => {
  expect(problemsOf(...texts)).toContain(says)
})

test('two objects of one name in different namespaces are two objects', () => {
  const other = CONFIG_MAP.replace('name: a', 'name: a\n  namespace: other')
  expect(problemsOf(CONFIG_MAP, other)).toBe('none')
})

function list(items: string): string {
  return `apiVersion: v1\nkind: List\nitems: ${items}\n`
}

test('Lists in a List are read, and a List of nothing holds nothing', () => {
  const inner = '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}'
  const text = `${list(`[{apiVersion: v1, kind: List, items: [${inner}]}]`)}---\n${list('')}---\n${list('[]')}`
  const manifests = parseManifests([{ name: 'a.yaml', text }])
  expect(manifests.map((one) => objectOf(one).metadata.name)).toEqual(['a'])
  expect(manifests[0]?.place).toBe('a.yaml:1, items[0], items[0]')
})

test('a custom resource may be of a kind that ends like a list', () => {
  const text =
    'apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {items: []}\n'
  expect(problemsOf(text)).toBe('none')
})

test.for([
  { file: 'kustomization.yaml', text: 'resources: [a.yaml]\n', says: 'kubectl kustomize' },
  { file: 'base/Kustomization.yml', text: 'resources: [a.yaml]\n', says: 'kubectl kustomize' },
  { file: 'Chart.yaml', text: 'apiVersion: v2\nname: x\nversion: 1.0.0\n', says: 'helm template' },
  { file: 'values.yaml', text: 'image: x\n', says: 'helm template' },
])('$file is told to be the input of $says', ({ file, text, says }) => {
  expect(() => parseManifests([{ name: file, text }])).toThrow(
    new RegExp(`^${file}:1: a .* is no object of a cluster: .* first \\(${says}\\)$`),
  )
})

test('a document that is broken in one place is told of once, a key written twice each time', () => {
  const json = '{"apiVersion": "v1"}\n{"apiVersion": "v1", "kind": "ConfigMap"}\n'
  expect(problemsOf(json).split('\n')).toHaveLength(1)
  const twice = `${CONFIG_MAP}data: {a: one, a: two, b: one, b: two}\n`
  expect(problemsOf(twice).split('\n')).toHaveLength(2)
})
