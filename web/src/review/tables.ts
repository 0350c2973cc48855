/** The tables by which the server names things: reasons, types, colours. Loaded once. */
import { shallowRef } from 'vue'

import { readOptions } from '@/api/review'

import type { Options } from './model'

const NOTHING: Options = {
  reasons: [],
  request_reasons: [],
  types: [],
  standings: [],
  colours: [],
  vehicle_types: [],
  labels: [],
  undo_s: 0,
  lease_s: 0,
}

export const tables = shallowRef<Options>(NOTHING)

/** @throws ApiError */
export async function loadTables(): Promise<void> {
  if (tables.value === NOTHING) tables.value = await readOptions()
}
