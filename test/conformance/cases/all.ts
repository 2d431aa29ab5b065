import type { Case } from '../case.ts'
import { APPLY_CONFIGURATION_CASES } from './apply-configurations.ts'
import { APPLY_LIST_CASES } from './apply-lists.ts'
import { APPLY_CASES } from './apply.ts'
import { ACCESS_CASES } from './access.ts'
import { ADMISSION_CASES } from './admission.ts'
import { BODY_CASES } from './bodies.ts'
import { CONFIG_CASES } from './config.ts'
import { CUSTOM_CASES } from './custom.ts'
import { DECODING_CASES } from './decoding.ts'
import { DELETE_CASES } from './delete.ts'
import { DEPLOYER_CASES } from './deployer.ts'
import { DISCOVERY_CASES } from './discovery.ts'
import { HAND_EDIT_CASES } from './hand-edits.ts'
import { HTTP_CASES } from './http.ts'
import { JOB_STATUS_CASES } from './job-status.ts'
import { LIST_CASES } from './lists.ts'
import { METADATA_CASES } from './metadata.ts'
import { NETWORK_CASES } from './network.ts'
import { OWNERSHIP_CASES } from './ownership.ts'
import { PATCH_CASES } from './patch.ts'
import { POD_STATUS_CASES } from './pod-status.ts'
import { POD_CASES } from './pods.ts'
import { SCHEMA_CASES } from './schemas.ts'
import { SCALE_CASES } from './scale.ts'
import { SELECTOR_CASES } from './selectors.ts'
import { SUBRESOURCE_CASES } from './subresources.ts'
import { TABLE_CASES } from './tables.ts'
import { UPDATE_CASES } from './update.ts'
import { WATCH_CASES } from './watch.ts'
import { WORKLOAD_CASES } from './workloads.ts'

export const CASES: readonly Case[] = [
  ...DISCOVERY_CASES,
  ...HTTP_CASES,
  ...ACCESS_CASES,
  ...ADMISSION_CASES,
  ...METADATA_CASES,
  ...DECODING_CASES,
  ...BODY_CASES,
  ...CONFIG_CASES,
  ...POD_CASES,
  ...POD_STATUS_CASES,
  ...WORKLOAD_CASES,
  ...JOB_STATUS_CASES,
  ...NETWORK_CASES,
  ...UPDATE_CASES,
  ...PATCH_CASES,
  ...APPLY_CASES,
  ...APPLY_CONFIGURATION_CASES,
  ...APPLY_LIST_CASES,
  ...OWNERSHIP_CASES,
  ...LIST_CASES,
  ...SELECTOR_CASES,
  ...WATCH_CASES,
  ...DELETE_CASES,
  ...DEPLOYER_CASES,
  ...HAND_EDIT_CASES,
  ...SUBRESOURCE_CASES,
  ...SCALE_CASES,
  ...TABLE_CASES,
  ...CUSTOM_CASES,
  ...SCHEMA_CASES,
]
