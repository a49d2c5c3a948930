// The session of this browser: its page token, and what the page shows without a session.

// The session cookie is valid only together with this token, which pages on other ports cannot read.
const TOKEN_KEY = 'ashlar-page-token'
const pageToken = localStorage.getItem(TOKEN_KEY)

/** Sends a request with the page token. Shows the login banner if the session has ended. */
export async function send(url, init) {
  const response = await fetch(url, {
    ...init,
    headers: { ...init.headers, ...(pageToken && { 'ashlar-page-token': pageToken }) },
  })
  if (response.status === 401) showLogin(false)
  return response
}

function showLogin(isLoggedIn) {
  document.getElementById('login').hidden = isLoggedIn
  document.getElementById('logout').hidden = !isLoggedIn
  document.getElementById('login-link').hidden = isLoggedIn
}
showLogin(pageToken !== null)

// A login or logout in another tab of this browser.
addEventListener('storage', ({ key, newValue }) => {
  if (key === TOKEN_KEY && newValue !== pageToken) location.reload()
})

const failedLogout = () => alert('The logout failed. Try again.')
document.getElementById('logout').addEventListener('click', () => {
  logOut().catch(failedLogout)
})

async function logOut() {
  const { ok } = await send('logout', { method: 'POST' })
  if (!ok) return failedLogout()
  localStorage.removeItem(TOKEN_KEY)
  location.replace('login#logged-out')
}
