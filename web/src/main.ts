import 'element-plus/theme-chalk/base.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/element.css'
import './styles/parts.css'
import './ui/theme'

import { createApp } from 'vue'
import { loadRouteLocation } from 'vue-router'

import App from './App.vue'
import { whenCodeIsNeeded, whenSignedOut } from './api/client'
import { i18n } from './i18n'
import { router } from './router'
import { forget, recall } from './session/session'
import { askForCode } from './session/stepUp'
import UnreachablePage from './shell/UnreachablePage.vue'

whenSignedOut(() => {
  forget()
  void router.replace({ name: 'sign-in', query: { to: router.currentRoute.value.fullPath } })
})

whenCodeIsNeeded(askForCode)

// The code of the page comes while the server says who is signed in; should it not come, going there tells.
loadRouteLocation(router.resolve(location.pathname)).catch(() => undefined)

// The first page depends on who is signed in.
try {
  await recall()
  createApp(App).use(i18n).use(router).mount('#app')
} catch (error) {
  createApp(UnreachablePage, { error }).use(i18n).mount('#app')
}
