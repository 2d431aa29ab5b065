import { isRecord, textAt } from '../../object.ts'
import type { Rules } from '../resource.ts'
import {
  validateConfigMap,
  validateConfigMapUpdate,
  validateSecret,
  validateSecretUpdate,
} from '../validation/config.ts'
import { setDefault } from './edit.ts'

export const configMapRules: Rules = {
  allowUnconditionalUpdate: true,
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
}

export const secretRules: Rules = {
  defaults: (secret) => {
    setDefault(secret, 'type', 'Opaque')
    mergeStringData(secret)
  },
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
  fieldSelectors: { type: (secret) => textAt(secret, 'type') ?? '' },
}

/** `stringData` is write-only: it ends up in `data`, which it wins over. */
function mergeStringData(secret: Record<string, unknown>): void {
  const plain = secret['stringData']
  if (!isRecord(plain)) return
  delete secret['stringData']
  if (Object.keys(plain).length === 0) return
  const encoded = Object.entries(plain).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ])
  const data = isRecord(secret['data']) ? secret['data'] : {}
  secret['data'] = { ...data, ...Object.fromEntries(encoded) }
}

export const serviceAccountRules: Rules = { allowUnconditionalUpdate: true }
