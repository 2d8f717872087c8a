// The focus: into the drawer, and back to where it was. What is below cannot be reached meanwhile.

export function open(drawer) {
  if (!drawer?.isConnected) return null;
  const from = document.activeElement;
  const under = drawer.parentElement.querySelector('.cluster-under');
  if (under) under.inert = true;
  drawer.focus({ preventScroll: true });
  return {
    close() {
      if (!under) return;
      under.inert = false;
      const back = from?.isConnected && from !== document.body ? from : under.querySelector('#cluster-filter');
      back?.focus({ preventScroll: true });
    },
  };
}
