import { expect, test } from 'vitest'
import { hostArgument, hostValue, pathMapping } from './paths.ts'

const mappings = [
  pathMapping('/etc/config/', '/pods/u/config'),
  pathMapping('/etc/config/inner', '/pods/u/inner'),
  pathMapping('/dev/termination-log', '/pods/u/message'),
]

test.for([
  { value: '/etc/config', result: '/pods/u/config', because: 'it is the mount' },
  {
    value: '/etc/config/',
    result: '/pods/u/config',
    because: 'a slash at the end changes nothing',
  },
  { value: '/etc/config/a/b', result: '/pods/u/config/a/b', because: 'it lies under the mount' },
  { value: '/etc/config/inner/x', result: '/pods/u/inner/x', because: 'the longer mount wins' },
  { value: '/etc/config/../config/a', result: '/pods/u/config/a', because: 'it is normalised' },
  { value: '/dev/termination-log', result: '/pods/u/message', because: 'a file is mapped too' },
  { value: '/etc/configs', result: '/etc/configs', because: 'it only begins alike' },
  { value: '/etc', result: '/etc', because: 'it is above the mount' },
  { value: 'etc/config', result: 'etc/config', because: 'it is not absolute' },
  {
    value: 'https://h/etc/config',
    result: 'https://h/etc/config',
    because: 'it is no path',
  },
  { value: '/a:/etc/config', result: '/a:/etc/config', because: 'only whole values are mapped' },
])('the variable $value becomes $result: $because', ({ value, result }) => {
  expect(hostValue(value, mappings)).toBe(result)
})

test.for([
  { argument: '/etc/config/a', result: '/pods/u/config/a' },
  { argument: '--ca=/etc/config/ca.crt', result: '--ca=/pods/u/config/ca.crt' },
  {
    argument: 'cat "/etc/config/inner/x"; echo bad >/dev/termination-log; exit 3',
    result: 'cat "/pods/u/inner/x"; echo bad >/pods/u/message; exit 3',
  },
  { argument: '/etc/config:/etc/configs', result: '/pods/u/config:/etc/configs' },
  { argument: 'https://h/etc/config', result: 'https://h/etc/config' },
  { argument: '/dev/termination-log.txt', result: '/dev/termination-log.txt' },
])('the argument $argument becomes $result', ({ argument, result }) => {
  expect(hostArgument(argument, mappings)).toBe(result)
})

test('without mounts nothing changes', () => {
  expect(hostArgument('/etc/config', [])).toBe('/etc/config')
})
