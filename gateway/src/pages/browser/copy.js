// Adds a button that copies each command of the page. Browsers allow this on secure origins and on localhost only.

for (const code of document.querySelectorAll('pre > code')) {
  if (!navigator.clipboard) break
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Copy command'
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent)
    button.textContent = 'Copied'
    setTimeout(() => (button.textContent = 'Copy command'), 2000)
  })
  code.parentElement.after(button)
}
