// Runs in the browser on /oauth/callback. The browser came from a page of the service, so it did not send our cookie
// (SameSite=Strict). The request of this script carries the cookie and the page token.

const { elsewhere } = document.getElementById('body').firstElementChild.dataset
const pageToken = localStorage.getItem('ashlar-page-token')

const element = (name, content) => {
  const made = document.createElement(name)
  made.append(content)
  return made
}

const show = ({ title, lines, command }) => {
  document.getElementById('title').textContent = title
  const paragraphs = lines.map((line) => element('p', line))
  const commands = command === undefined ? [] : [element('pre', element('code', command))]
  document.getElementById('body').replaceChildren(...paragraphs, ...commands)
}

const finish = async () => {
  if (pageToken === null && elsewhere) return goElsewhere()
  const headers = pageToken === null ? {} : { 'ashlar-page-token': pageToken }
  const response = await fetch(location.search, { method: 'POST', headers })
  if (response.status === 401 && elsewhere) return goElsewhere()
  show(await response.json())
  if (response.status !== 401) history.replaceState(null, '', location.pathname)
}

/** The session belongs to another host name of this server. */
const goElsewhere = () => location.replace(elsewhere + location.pathname + location.search)

finish().catch((error) =>
  show({ title: 'No access was granted', lines: [`The server cannot be reached: ${error.message}.`, 'Reload this page.'] }),
)
