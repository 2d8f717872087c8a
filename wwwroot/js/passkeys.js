// A form with data-passkey (create or get) asks the browser for a passkey before it is sent.

const ask = {
  create: options => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: options => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

async function fill(form) {
  if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) {
    throw new Error('This browser knows no passkeys here. They need a current browser, and https unless the portal is on localhost.');
  }
  const response = await fetch(form.dataset.options, { method: 'POST', body: new FormData(form) });
  if (!response.ok) throw new Error('The portal gave no answer. Load the page again, then try once more.');
  const credential = await ask[form.dataset.passkey](await response.json());
  form.elements.Credential.value = JSON.stringify(credential);
}

addEventListener('submit', event => {
  const form = event.target;
  if (!form.dataset.passkey || form.elements.Credential.value) return;
  event.preventDefault();
  const problem = form.querySelector('[role="alert"]');
  problem.textContent = '';
  fill(form).then(() => form.requestSubmit(), error => {
    // The browser's own words for a dialog that was closed help nobody.
    problem.textContent = error.name === 'NotAllowedError' ? 'No passkey was used. Try again when you are ready.' : error.message;
  });
});
