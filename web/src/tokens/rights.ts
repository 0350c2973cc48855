/** What a token may hold, in words; decisions, grants and the audit are for persons. */
import type { Right } from '@/api/session'
import { nameOf } from '@/ui/names'

const NAMES = {
  'events.view': ['查看事件和证据清单', 'see events and their packages'],
  'evidence.view': ['查看画面和片段（已遮挡）', 'see pictures and clips, with privacy masks'],
  'cameras.view': ['查看摄像机及状态', 'see cameras and how they are doing'],
  'cameras.edit': ['添加、修改摄像机和区域', 'add and change cameras and zones'],
  'statistics.view': ['查看统计', 'see the statistics'],
  'models.view': ['查看模型及评测', 'see models and their figures'],
  'datasets.export': ['导出审核结论用于训练', 'export decisions for training'],
  'system.view': ['查看系统状态', 'see how the system is doing'],
  'metrics.view': ['读取监控指标', 'read the metrics'],
} satisfies Partial<Record<Right, readonly [zh: string, en: string]>>

export const TOKEN_RIGHTS = Object.keys(NAMES) as readonly (keyof typeof NAMES)[]

/** The name of a right, as a heading begins. */
export function rightName(right: Right, language: string): string {
  const [zh, en] = right in NAMES ? NAMES[right as keyof typeof NAMES] : [right, right]
  return nameOf({ name_zh: zh, name_en: en }, language)
}
