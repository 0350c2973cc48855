import { api, body } from './client'
import type { components, operations } from './schema'

export type Statistics = components['schemas']['StatisticsPublic']
export type Group = components['schemas']['GroupPublic']
export type Share = components['schemas']['SharePublic']
export type Formula = components['schemas']['FormulaPublic']
export type By = Statistics['by']
export type StatisticsQuery = NonNullable<operations['get_statistics']['parameters']['query']>

const STATISTICS = '/api/v1/statistics'

export const readStatistics = (query: StatisticsQuery) => body(api.GET(STATISTICS, { params: { query } }))

/** Where the same figures are as a file. */
export function exportAddress(query: StatisticsQuery, format: 'csv' | 'xlsx'): string {
  const given = Object.entries({ ...query, format }).filter(([, value]) => value)
  return `${STATISTICS}/export?${new URLSearchParams(given as [string, string][])}`
}
