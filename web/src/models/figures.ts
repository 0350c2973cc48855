/** What the figures of a model's card are called. A card keeps them in English; what is not known here stays so. */

/** Measures, as the recipe of street-n calls them. */
const MEASURES: Readonly<Record<string, string>> = {
  val: '验证集',
  'rendered pictures': '渲染画面',
  'rendered events': '渲染视频：事件',
  'real stalls, a sanity check': '摊位抽查',
  'real clips, found': '真实视频：检出',
  'real clips, vehicle events': '真实视频：机动车事件',
}

const NAMES: Readonly<Record<string, string>> = {
  event_recall: '召回率',
  event_precision: '精确率',
  reported_again: '重复上报',
  false_alarms: '误报',
  'person found': '人',
  'vehicle found': '机动车',
  found: '检出',
  false: '误报',
  twice: '重复上报',
}

const COUNTS: readonly (readonly [pattern: RegExp, said: string])[] = [
  [/\b(\d+) of (\d+) events\b/, '$2 件中 $1 件'],
  [/\b(\d+) of (\d+) reports; (\d+) look-alikes\b/, '$2 次上报中 $1 次属实；干扰物 $3 个'],
  [/\b(\d+) of (\d+); the network that it began with finds (\d+)\b/, '$2 个中 $1 个；起始网络 $3 个'],
  [/\b(\d+) pictures\b/, '$1 张画面'],
  [/\b(\d+) boxes\b/, '$1 个目标'],
  [/^of (\d+)$/, '共 $1 件'],
  [/^events$/, '件'],
]

/** The name of a measure without what its group says already. */
export function measureName(measure: string, inChinese: boolean): string {
  return (inChinese && MEASURES[measure]) || measure.replace(/^(real|rendered) /, '')
}

/** The name of a figure.
 * @param label what a thing is called. */
export function figureName(name: string, inChinese: boolean, label: (key: string) => string): string {
  const [, thing] = /^ap50 (\w+)$/.exec(name) ?? []
  if (thing) return `AP50 ${label(thing)}`
  if (name === 'map50') return 'mAP50'
  return (inChinese && NAMES[name]) || name.replaceAll('_', ' ')
}

/** On how much a figure stands. */
export function countsOf(counts: string, inChinese: boolean): string {
  return inChinese ? COUNTS.reduce((text, [pattern, said]) => text.replace(pattern, said), counts) : counts
}
