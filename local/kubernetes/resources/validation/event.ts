import { textAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { invalidValue } from './causes.ts'

/** An event lives in the namespace of what it is about; events of cluster objects live in `default`. */
export function validateEvent(event: KubeObject): readonly StatusCause[] {
  const about = textAt(event, 'involvedObject', 'namespace') ?? ''
  const own = event.metadata.namespace ?? ''
  const fits = about === '' ? own === 'default' || own === 'kube-system' : about === own
  return fits
    ? []
    : [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')]
}
