import { expect, test } from 'vitest'
import { apiError } from './api-error.ts'

function hintOf(status: number, body: object): string | undefined {
  return apiError(status, body, { subject: 'Deployment/n/web', verb: 'apply' }).hint
}

test('of a moved selector the hint names the selector, not the labels that do not match it any more', () => {
  const causes = [
    {
      field: 'spec.template.metadata.labels',
      message: 'Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    },
    { field: 'spec.selector', message: 'Invalid value: {}: field is immutable' },
  ]
  const body = {
    reason: 'Invalid',
    message: 'Deployment.apps "web" is invalid',
    details: { causes },
  }
  expect(hintOf(422, body)).toContain('put spec.selector back')
  const [first] = causes
  expect(hintOf(422, { ...body, details: { causes: [first] } })).toBe(
    'change spec.template.metadata.labels in the manifest',
  )
})
