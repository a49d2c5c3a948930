// Runs in the browser on /login: exchanges the token in the fragment for a session. A fragment is not part of any request, so
// no log contains the token. Only the button uses the token, so a program that previews the link does not use it up.

const show = (id) => {
  for (const part of document.querySelectorAll('[data-part]')) part.hidden = part.dataset.part !== id
  document.getElementById('title').textContent = document.querySelector(`[data-part=${id}]`).dataset.title
}

let token = ''
const button = document.getElementById('enter')

const begin = () => {
  token = location.hash.slice(1)
  history.replaceState(null, '', location.pathname)
  show(token === 'logged-out' ? 'out' : token === '' ? 'how' : 'ready')
  button.disabled = false
  button.focus()
}
begin()
addEventListener('hashchange', begin) // a link that is opened while the page is open
addEventListener('storage', ({ key, newValue }) => {
  if (key === 'ashlar-page-token' && newValue !== null) location.replace('graphql') // a login in another tab
})

button.addEventListener('click', () => {
  button.disabled = true
  enter().catch((error) => {
    button.disabled = false
    const failure = document.getElementById('failure')
    failure.hidden = false
    failure.textContent = `The login failed: ${error.message}. Try again.`
  })
})

async function enter() {
  const response = await fetch('login', { method: 'POST', headers: { 'ashlar-login-token': token } })
  if (response.status === 401) return show('used')
  if (response.status === 429)
    throw new Error(`there were too many failed attempts. Wait ${response.headers.get('retry-after')} seconds`)
  if (!response.ok) throw new Error(`the server answered with status ${response.status}`)
  const { pageToken } = await response.json()
  localStorage.setItem('ashlar-page-token', pageToken)
  location.replace('graphql')
}
