/** What a browser calls itself, as people know it. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger\//, 'WeChat'],
  [/Edg(?:A|iOS)?\//, 'Edge'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

const first = (agent: string, among: typeof BROWSERS): string => among.find(([one]) => one.test(agent))?.[1] ?? ''

/** Browser and system; of what is neither, its own words. */
export function browserOf(agent: string): string {
  const known = [first(agent, BROWSERS), first(agent, SYSTEMS)].filter(Boolean).join(' · ')
  return known || agent.slice(0, 60)
}
