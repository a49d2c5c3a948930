// Adds a button that copies each command of the page. Browsers allow this on secure origins and on localhost only.

for (const code of document.querySelectorAll('pre > code')) {
  if (!navigator.clipboard) break
  const button = document.createElement('button')
  button.type = 'button'
  const show = (text) => (button.textContent = text)
  show('Copy command')
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(code.textContent).then(
      () => show('Copied'),
      () => show('Not copied'),
    )
    setTimeout(show, 2000, 'Copy command')
  })
  code.parentElement.after(button)
}
