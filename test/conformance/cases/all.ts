import type { Case } from '../case.ts'
import { APPLY_CASES } from './apply.ts'
import { ACCESS_CASES } from './access.ts'
import { ADMISSION_CASES } from './admission.ts'
import { CONFIG_CASES } from './config.ts'
import { CUSTOM_CASES } from './custom.ts'
import { DECODING_CASES } from './decoding.ts'
import { DELETE_CASES } from './delete.ts'
import { DEPLOYER_CASES } from './deployer.ts'
import { DISCOVERY_CASES } from './discovery.ts'
import { LIST_CASES } from './lists.ts'
import { METADATA_CASES } from './metadata.ts'
import { NETWORK_CASES } from './network.ts'
import { OWNERSHIP_CASES } from './ownership.ts'
import { PATCH_CASES } from './patch.ts'
import { POD_CASES } from './pods.ts'
import { SUBRESOURCE_CASES } from './subresources.ts'
import { TABLE_CASES } from './tables.ts'
import { UPDATE_CASES } from './update.ts'
import { WATCH_CASES } from './watch.ts'
import { WORKLOAD_CASES } from './workloads.ts'

export const CASES: readonly Case[] = [
  ...DISCOVERY_CASES,
  ...ACCESS_CASES,
  ...ADMISSION_CASES,
  ...METADATA_CASES,
  ...DECODING_CASES,
  ...CONFIG_CASES,
  ...POD_CASES,
  ...WORKLOAD_CASES,
  ...NETWORK_CASES,
  ...UPDATE_CASES,
  ...PATCH_CASES,
  ...APPLY_CASES,
  ...OWNERSHIP_CASES,
  ...LIST_CASES,
  ...WATCH_CASES,
  ...DELETE_CASES,
  ...DEPLOYER_CASES,
  ...SUBRESOURCE_CASES,
  ...TABLE_CASES,
  ...CUSTOM_CASES,
]
