import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw } from 'vue-router'

import { may, session } from '@/session/session'
import { PAGES, beginning, visiblePages } from '@/shell/pages'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    // Whoever sees no page yet waits here.
    { path: '/', name: 'home', component: () => import('@/shell/WaitingPage.vue') },
    { path: '/sign-in', name: 'sign-in', component: () => import('@/session/SignInPage.vue') },
    { path: '/first-password', name: 'first-password', component: () => import('@/session/FirstPasswordPage.vue') },
    { path: '/second-factor', name: 'second-factor', component: () => import('@/session/SecondFactorPage.vue') },
    { path: '/account', name: 'account', component: () => import('@/account/AccountPage.vue') },
    ...PAGES.map(({ name, path, view }) => ({ name, path, component: view })),
    {
      path: '/cameras/:cameraId/zones',
      name: 'zones',
      component: () => import('@/cameras/editor/ZonesPage.vue'),
      beforeEnter: (to) => may('cameras.edit') || { name: 'cameras', params: to.params },
    },
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('@/shell/NowherePage.vue') },
  ],
})

const BEFORE_THE_APP = new Set<unknown>(['home', 'sign-in', 'first-password', 'second-factor'])

router.beforeEach((to): RouteLocationRaw | true => {
  if (!session.value)
    return to.name === 'sign-in' || { name: 'sign-in', query: to.name === 'home' ? {} : { to: to.fullPath } }
  if (session.value.must_change_password) return to.name === 'first-password' || { name: 'first-password' }
  if (session.value.must_set_second_factor) return to.name === 'second-factor' || { name: 'second-factor' }
  if (BEFORE_THE_APP.has(to.name)) return firstPage(to)
  return isOffered(to) || { name: 'nowhere', params: { rest: to.path.slice(1).split('/') } }
})

function firstPage(to: RouteLocationNormalized): RouteLocationRaw | true {
  const first = beginning()
  if (first) return { name: first.name }
  return to.name === 'home' || { name: 'home' }
}

function isOffered(to: RouteLocationNormalized): boolean {
  const page = PAGES.find((one) => one.name === to.name)
  return !page || visiblePages().includes(page)
}
