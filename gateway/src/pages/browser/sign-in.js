// Runs in the browser on /sign-in, /sign-up and /reset: sends the fields of a form as JSON. A link has its token in the
// fragment, which is not part of any request. Only the button of the form uses the token.

const show = (id) => {
  for (const part of document.querySelectorAll('[data-part]')) part.hidden = part.dataset.part !== id
  const shown = document.querySelector(`[data-part=${id}]`)
  document.getElementById('title').textContent = shown.dataset.title
  shown.querySelector('input, a')?.focus()
}

const secrets = {}
const begin = () => {
  const fragment = location.hash.slice(1)
  history.replaceState(null, '', location.pathname)
  const invitation = fragment.startsWith('invitation=') ? fragment.slice('invitation='.length) : undefined
  Object.assign(secrets, { invitation, token: invitation === undefined && fragment !== '' ? fragment : undefined })
  const id = invitation !== undefined ? 'invitation' : secrets.token !== undefined ? 'link' : 'start'
  show(document.querySelector(`[data-part=${id}]`) ? id : 'start')
}
begin()
addEventListener('hashchange', begin) // a link that is opened while the page is open

const failure = document.getElementById('failure')

for (const form of document.querySelectorAll('form'))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    button.disabled = true
    failure.hidden = true
    send(form)
      .catch((error) => {
        failure.hidden = false
        failure.textContent = error.message
      })
      .finally(() => {
        button.disabled = false
      })
  })

async function send(form) {
  const body = JSON.stringify({ ...secrets, ...Object.fromEntries(new FormData(form)) })
  const response = await fetch(form.dataset.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.errors?.[0]?.message ?? `The server answered with status ${response.status}.`)
  form.reset()
  if (form.dataset.then !== 'session') return show(form.dataset.then)
  localStorage.setItem('ashlar-page-token', answer.pageToken)
  location.replace('graphql')
}
