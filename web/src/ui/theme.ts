import { ref, watchEffect } from 'vue'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEPT_AS = 'jiejing.theme'
const systemDark = window.matchMedia('(prefers-color-scheme: dark)')

/** What the user chose; `system` follows the device. */
export const theme = ref<Theme>(kept())
export const dark = ref(false)

const systemIsDark = ref(systemDark.matches)
systemDark.addEventListener('change', (change) => (systemIsDark.value = change.matches))

watchEffect(() => {
  dark.value = theme.value === 'dark' || (theme.value === 'system' && systemIsDark.value)
  document.documentElement.classList.toggle('dark', dark.value)
  localStorage.setItem(KEPT_AS, theme.value)
})

function kept(): Theme {
  const found = localStorage.getItem(KEPT_AS)
  return THEMES.find((one) => one === found) ?? 'system'
}
